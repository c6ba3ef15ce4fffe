namespace Dapr.Client;

/// <summary>Who wins when two write the same key.</summary>
public enum ConcurrencyMode
{
    /// <summary>The first one; a later one with another etag fails.</summary>
    FirstWrite,

    /// <summary>The last one.</summary>
    LastWrite,
}

/// <summary>What a read sees.</summary>
public enum ConsistencyMode
{
    /// <summary>Perhaps an older value.</summary>
    Eventual,

    /// <summary>The last value written.</summary>
    Strong,
}

/// <summary>How a value is written.</summary>
public class StateOptions
{
    /// <summary>Consistency; the store's default when null.</summary>
    public ConsistencyMode? Consistency { get; set; }

    /// <summary>Concurrency; the store's default when null.</summary>
    public ConcurrencyMode? Concurrency { get; set; }
}

/// <summary>What a step of a transaction does.</summary>
public enum StateOperationType
{
    /// <summary>Writes.</summary>
    Upsert,

    /// <summary>Deletes.</summary>
    Delete,
}

/// <summary>A step of a transaction.</summary>
public sealed class StateTransactionRequest(
    string key,
    byte[]? value,
    StateOperationType operationType,
    string? etag = null,
    IReadOnlyDictionary<string, string>? metadata = null,
    StateOptions? options = null)
{
    /// <summary>The key.</summary>
    public string Key { get; } = key ?? throw new ArgumentNullException(nameof(key));

    /// <summary>The value as JSON, UTF-8; null for a deletion.</summary>
    public byte[]? Value { get; set; } = value;

    /// <summary>Write or delete.</summary>
    public StateOperationType? OperationType { get; set; } = operationType;

    /// <summary>The etag the stored value must have; null for any.</summary>
    public string? ETag { get; set; } = etag;

    /// <summary>Metadata, such as <c>ttlInSeconds</c>.</summary>
    public IReadOnlyDictionary<string, string>? Metadata { get; set; } = metadata;

    /// <summary>How it is written.</summary>
    public StateOptions? Options { get; set; } = options;
}

/// <summary>One value of a bulk read.</summary>
public readonly struct BulkStateItem<TValue>(string key, TValue value, string etag)
{
    /// <summary>The key.</summary>
    public string Key { get; } = key;

    /// <summary>The value; default when there is none.</summary>
    public TValue Value { get; } = value;

    /// <summary>Its etag; empty when there is none.</summary>
    public string ETag { get; } = etag;
}
