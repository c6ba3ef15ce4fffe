using System.Text.Json;

namespace Dapr.Common.Serialization;

/// <summary>System.Text.Json with web defaults (camelCase, numbers from strings) and fields included.</summary>
public class JsonDaprSerializer : IDaprSerializer
{
    private static readonly JsonSerializerOptions Web = new(JsonSerializerDefaults.Web) { IncludeFields = true };
    private readonly JsonSerializerOptions _options;

    /// <summary>With the default options.</summary>
    public JsonDaprSerializer()
        : this(Web)
    {
    }

    /// <summary>With other options.</summary>
    public JsonDaprSerializer(JsonSerializerOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        _options = options;
    }

    /// <inheritdoc />
    public string Serialize<T>(T value) => value is null ? string.Empty : JsonSerializer.Serialize(value, _options);

    /// <inheritdoc />
    public string Serialize(object? value, Type? inputType = null) =>
        value is null ? string.Empty : JsonSerializer.Serialize(value, inputType ?? value.GetType(), _options);

    /// <inheritdoc />
    public T? Deserialize<T>(string? data) => string.IsNullOrEmpty(data) ? default : JsonSerializer.Deserialize<T>(data, _options);

    /// <inheritdoc />
    public object? Deserialize(string? data, Type returnType)
    {
        ArgumentNullException.ThrowIfNull(returnType);
        return string.IsNullOrEmpty(data) ? null : JsonSerializer.Deserialize(data, returnType, _options);
    }
}
