namespace Dapr.Common.Serialization;

/// <summary>How payloads become text. Null is the empty string.</summary>
public interface IDaprSerializer
{
    /// <summary>Text of a value.</summary>
    string Serialize<T>(T value);

    /// <summary>Text of a value whose type is known at run time only.</summary>
    string Serialize(object? value, Type? inputType = null);

    /// <summary>Value of a text; default for none.</summary>
    T? Deserialize<T>(string? data);

    /// <summary>Value of a text as a type known at run time only; null for none.</summary>
    object? Deserialize(string? data, Type returnType);
}
