using DaprHep.Hosting;
using YamlDotNet.Core;
using YamlDotNet.Serialization;
using YamlDotNet.Serialization.NamingConventions;

namespace DaprHep.Cli.Stack;

/// <summary>One service of the stack.</summary>
/// <param name="Name">Its name and Dapr app id.</param>
/// <param name="Program">The built program, a <c>.dll</c>.</param>
/// <param name="Replicas">Processes of it.</param>
/// <param name="Port">The port it is reached at; null for a free one.</param>
/// <param name="Environment">Variables of its own.</param>
internal sealed record StackService(string Name, string Program, int Replicas, int? Port, IReadOnlyDictionary<string, string> Environment);

/// <summary>What a stack's file says.</summary>
/// <param name="Services">The services in the order of the file.</param>
/// <param name="Components">Folder of the Dapr components.</param>
/// <param name="Folder">Folder of the file.</param>
internal sealed record StackFile(IReadOnlyList<StackService> Services, string Components, string Folder);

/// <summary>Reads <c>tye.yaml</c> and says what is wrong with it: file, line, field, what to do.</summary>
internal static class TyeFile
{
    /// <summary>Bound of the processes of a service.</summary>
    public const int MostReplicas = 64;

    /// <summary>Reads the file.</summary>
    /// <exception cref="BadInputException">The file is missing or wrong, or a service is not built.</exception>
    public static StackFile Read(string path)
    {
        Document document = Parse(path);
        if (document.Services is not { Count: > 0 } services)
            throw new BadInputException($"{path}: services: expected a list of services, found none");
        string folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        var read = new List<StackService>();
        for (int i = 0; i < services.Count; i++)
        {
            string where = $"{path}: services[{i}]";
            StackService service = ToService(services[i] ?? throw new BadInputException($"{where}: is empty"), where, folder);
            if (read.Any(other => other.Name == service.Name))
                throw new BadInputException($"{where}.name: '{service.Name}' is there twice");
            read.Add(service);
        }
        return new StackFile(read, Path.Combine(folder, ComponentsIn(document, path)), folder);
    }

    private static string ComponentsIn(Document document, string path)
    {
        List<Extension> extensions = document.Extensions ?? [];
        for (int i = 0; i < extensions.Count; i++)
        {
            if (extensions[i] is not { Name: "dapr" })
                throw new BadInputException($"{path}: extensions[{i}].name: expected dapr, found '{extensions[i]?.Name}'");
        }
        return extensions.Select(extension => extension.ComponentsPath).OfType<string>().FirstOrDefault("components");
    }

    private static Document Parse(string path)
    {
        try
        {
            IDeserializer yaml = new DeserializerBuilder().WithNamingConvention(CamelCaseNamingConvention.Instance).Build();
            return yaml.Deserialize<Document?>(File.ReadAllText(path))
                ?? throw new BadInputException($"{path}: is empty; expected name, services");
        }
        catch (IOException e)
        {
            throw new BadInputException($"{path}: can't be read ({e.Message}); give the stack's file with --file", e);
        }
        catch (YamlException e)
        {
            throw new BadInputException($"{path}: line {e.Start.Line}: {(e.InnerException ?? e).Message}", e);
        }
    }

    private static StackService ToService(Service service, string where, string folder)
    {
        if (service.Name is not { Length: > 0 } name || !name.All(c => char.IsAsciiLetterOrDigit(c) || c == '-'))
            throw new BadInputException($"{where}.name: expected letters, digits and hyphens, found '{service.Name}'");
        if (service.Project is not { Length: > 0 } project)
            throw new BadInputException($"{where}.project: expected the path of a project file");
        string full = Path.GetFullPath(Path.Combine(folder, project));
        if (!File.Exists(full))
            throw new BadInputException($"{where}.project: {full}: no such file");
        if (service.Replicas is < 1 or > MostReplicas)
            throw new BadInputException($"{where}.replicas: expected a number from 1 to {MostReplicas}, found {service.Replicas}");
        if (service.Bindings is { Count: > 1 })
            throw new BadInputException($"{where}.bindings: expected one binding at most, found {service.Bindings.Count}");
        Binding? binding = service.Bindings?.FirstOrDefault();
        if (binding is { Protocol: not (null or "http") })
            throw new BadInputException($"{where}.bindings[0].protocol: expected http, found '{binding.Protocol}'");
        if (binding?.Port is < 1 or > ushort.MaxValue)
            throw new BadInputException($"{where}.bindings[0].port: expected a port from 1 to {ushort.MaxValue}, found {binding.Port}");
        string assembly = Path.GetFileNameWithoutExtension(full);
        string program = BuiltProgram.PathOf(assembly);
        if (!File.Exists(program))
            throw new BadInputException($"{where}.project: {program}: no such file; build it first: dotnet build -c Release {project}");
        Dictionary<string, string> environment = (service.Env ?? []).ToDictionary(variable => variable.Name, variable => variable.Value);
        return new StackService(name, program, service.Replicas ?? 1, binding?.Port, environment);
    }

    // The part of Tye's schema that a stack needs; any other field is an error.
    private sealed class Document
    {
        public string? Name { get; set; }

        public List<Extension>? Extensions { get; set; }

        public List<Service?>? Services { get; set; }
    }

    private sealed class Extension
    {
        public string? Name { get; set; }

        [YamlMember(Alias = "components-path", ApplyNamingConventions = false)]
        public string? ComponentsPath { get; set; }
    }

    private sealed class Service
    {
        public string? Name { get; set; }

        public string? Project { get; set; }

        public int? Replicas { get; set; }

        public List<Binding>? Bindings { get; set; }

        public List<Variable>? Env { get; set; }
    }

    private sealed class Binding
    {
        public string? Protocol { get; set; }

        public int? Port { get; set; }
    }

    private sealed class Variable
    {
        public string Name { get; set; } = "";

        public string Value { get; set; } = "";
    }
}
