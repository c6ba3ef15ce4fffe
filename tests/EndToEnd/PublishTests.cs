namespace DaprHep.EndToEnd.Tests;

/// <summary>Published programs do what those of the built tree do, without .NET, and however the sidecars are set up.</summary>
public sealed class PublishTests(PublishedPrograms programs, SampleRun embedded)
    : IClassFixture<PublishedPrograms>, IClassFixture<SampleRun>, IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("daprhep-publish-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("name", true)]
    [InlineData("appid", false)]
    public async Task A_run_of_published_programs_gives_the_model_of_the_embedded_run(string keyPrefix, bool appPorts)
    {
        await using PublishedStack stack = await PublishedStack.StartAsync(programs, keyPrefix, appPorts);
        string output = Path.Combine(_folder, "out");
        DaprHepCommand.Result run = await DaprHepCommand.RunAsync("run", Repository.Samples, "--out", output, "--gateway", stack.Url);
        run.ExitCode.ShouldBe(0, run.Error + stack.Log);
        File.ReadAllBytes(Path.Combine(output, "model", "model.safetensors"))
            .ShouldBe(File.ReadAllBytes(Path.Combine(embedded.Out, "model", "model.safetensors")));
    }

    [Fact]
    public void Every_folder_has_its_own_runtime_and_the_trainer_its_native_library()
    {
        foreach (string name in programs.Names)
            File.Exists(Path.Combine(Path.GetDirectoryName(programs.ProgramOf(name))!, "libcoreclr.so")).ShouldBeTrue(name);
        programs.Names.ShouldContain("gateway");
        File.Exists(Path.Combine(Path.GetDirectoryName(programs.ProgramOf("trainer"))!, "libdaprhep_torch.so")).ShouldBeTrue();
    }
}
