using DaprHep.Data.Events;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace DaprHep.Serving.Http;

/// <summary>
/// Describes events and predictions in the OpenAPI document as they are read and written, which is not by the types that stand for them:
/// what may be left out is not required, values may go by name, and a number is no text.
/// </summary>
internal sealed class EventSchemas : IOpenApiSchemaTransformer
{
    /// <inheritdoc/>
    public Task TransformAsync(OpenApiSchema schema, OpenApiSchemaTransformerContext context, CancellationToken cancellationToken)
    {
        Type type = context.JsonTypeInfo.Type;
        if (type == typeof(EventPrediction))
        {
            schema.Required = null;
        }
        else if (type == typeof(PredictEvent) && schema.Properties is { } properties)
        {
            schema.Required = null;
            properties["hlf"] = Values(
                EventSchema.Features, "The high-level features in their order, or as an object by name; for models that read them.");
            properties["particles"] = new OpenApiSchema
            {
                Type = JsonSchemaType.Array,
                Description = "The particles, the lepton first; for models that read them.",
                Items = Values(EventSchema.ParticleColumns, "A particle's values in their order, or as an object by name."),
            };
        }
        return Task.CompletedTask;
    }

    private static OpenApiSchema Values(int count, string description) => new()
    {
        Description = $"{description} GET /v1/models/{{name}} has names and order.",
        OneOf =
        [
            new OpenApiSchema { Type = JsonSchemaType.Array, Items = Number(), MinItems = count, MaxItems = count },
            new OpenApiSchema { Type = JsonSchemaType.Object, AdditionalProperties = Number() },
        ],
    };

    private static OpenApiSchema Number() => new() { Type = JsonSchemaType.Number, Format = "float" };
}
