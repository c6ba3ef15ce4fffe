using Dapr.Workflow;
using DaprHep.Data.Objects;
using DaprHep.Hosting;
using DaprHep.Hosting.Contracts;
using DaprHep.Hosting.News;
using DaprHep.Serving.Catalogue;
using DaprHep.Serving.Models;
using DaprHep.Serving.Promotion;

namespace DaprHep.Serving.Activities;

/// <summary>The last gate of a run: its model is served when it is not worse than the one that is.</summary>
public sealed class Promote(IServiceProvider services, WorkStopping stopping) : WorkflowActivity<PromoteModelInput, PromotionResult>
{
    /// <inheritdoc/>
    public override async Task<PromotionResult> RunAsync(WorkflowActivityContext context, PromoteModelInput input)
    {
        // A service without a store of its own, as in an embedded run, keeps the catalogue beside the run's objects.
        ObjectStore runs = WorkStore.Open(input.Store);
        CatalogueStore? own = services.GetService<CatalogueStore>();
        PromotionResult result = await new ModelPromotion(runs, own ?? new CatalogueStore(runs)).PromoteAsync(input, stopping.Token);
        if (own is not null)
            await services.GetRequiredService<CatalogueFollower>().LookAsync(stopping.Token);
        return result;
    }
}
