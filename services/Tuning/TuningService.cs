using DaprHep.Hosting;
using DaprHep.Tuning.Activities;

namespace DaprHep.Tuning;

/// <summary>The service <c>tuning</c>: which hyper-parameters to try next.</summary>
public static class TuningService
{
    /// <summary>Puts the service together on a builder, be it of a process of its own or of an embedded run.</summary>
    public static WebApplication Build(WebApplicationBuilder builder)
    {
        builder.AddDaprHepService(workflows =>
        {
            workflows.RegisterStep<ProposeTrials>();
            workflows.RegisterStep<RecordTrials>();
        });
        return builder.Build().UseDaprHepService();
    }
}
