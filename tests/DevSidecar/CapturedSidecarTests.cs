using Dapr.Workflow.Tests;

namespace DaprHep.DevSidecar.Tests;

/// <summary>Plays the traffic captured on the real runtime against the sidecar: every scenario but the runtime's own faults.</summary>
public class CapturedSidecarTests
{
    public static TheoryData<string> Scenarios() => [.. CapturedTraffic.Scenarios().DefaultIfEmpty("none")];

    [Theory]
    [MemberData(nameof(Scenarios))]
    public async Task The_sidecar_says_what_the_runtime_said(string scenario)
    {
        Assert.SkipUnless(CapturedTraffic.Folder is not null, "no captured traffic beside the repository");
        await CapturedPlay.RunAsync(scenario, new CapturedPlayOptions());
    }
}
