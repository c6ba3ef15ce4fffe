using System.Text.Json.Nodes;

namespace DaprHep.Production.Tests.Images;

/// <summary>A file of an image.</summary>
public sealed record ImageFile(string Name, long Length, UnixFileMode Mode, DateTime Written);

/// <summary>The image of serving, built in a store of its own, and a container made from it.</summary>
public sealed class ServingImage : IAsyncLifetime
{
    private const string Name = "localhost/daprhep/serving";
    private readonly string _folder = Directory.CreateTempSubdirectory("daprhep-images-").FullName;

    /// <summary>Variables with which buildah uses this store alone.</summary>
    public Dictionary<string, string> Environment { get; } = [];

    /// <summary>What the image says of itself.</summary>
    public JsonNode Configuration { get; private set; } = null!;

    /// <summary>The container.</summary>
    public string Container { get; private set; } = "";

    /// <summary>The container's root file system.</summary>
    public string Files { get; private set; } = "";

    /// <summary>The files of the image, before anything has run in the container: a first run adds files of its own.</summary>
    public IReadOnlyList<ImageFile> Content { get; private set; } = [];

    public async ValueTask InitializeAsync()
    {
        string storage = Path.Combine(_folder, "storage.conf");
        await File.WriteAllTextAsync(
            storage, $"[storage]\ndriver = \"vfs\"\ngraphroot = \"{_folder}/graph\"\nrunroot = \"{_folder}/run\"\n");
        Environment["CONTAINERS_STORAGE_CONF"] = storage;
        Command.Result built = await Command.RunAsync(Environment, Path.Combine(Repository.Root, "infra", "docker", "build.sh"), "serving");
        built.ExitCode.ShouldBe(0, built.Output + built.Error);
        Configuration = JsonNode.Parse(await BuildahAsync("inspect", "--type", "image", Name))!["OCIv1"]!;
        Container = (await BuildahAsync("from", "--pull-never", Name)).Trim();
        Files = (await BuildahAsync("mount", Container)).Trim();
        Content =
        [
            .. new DirectoryInfo(Files).EnumerateFiles("*", SearchOption.AllDirectories).Where(file => file.LinkTarget is null)
                .Select(file => new ImageFile(file.Name, file.Length, file.UnixFileMode, file.LastWriteTimeUtc)),
        ];
    }

    public async ValueTask DisposeAsync()
    {
        await Command.RunAsync(Environment, "buildah", "rm", "--all");
        await Command.RunAsync(Environment, "buildah", "rmi", "--all", "--force");
        Directory.Delete(_folder, recursive: true);
    }

    private async Task<string> BuildahAsync(params string[] arguments)
    {
        Command.Result result = await Command.RunAsync(Environment, "buildah", arguments);
        result.ExitCode.ShouldBe(0, result.Error);
        return result.Output;
    }
}
