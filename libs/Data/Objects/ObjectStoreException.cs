namespace DaprHep.Data.Objects;

/// <summary>An object store could not do what was asked: the message names the store, the key and what to do.</summary>
public sealed class ObjectStoreException : Exception
{
    /// <summary>Creates the exception for one object or for the store as a whole.</summary>
    /// <param name="store">URL of the store.</param>
    /// <param name="key">Object key, or empty where the store itself is meant.</param>
    /// <param name="problem">What was wrong and what to do about it.</param>
    /// <param name="inner">The cause, if another exception was.</param>
    public ObjectStoreException(string store, string key, string problem, Exception? inner = null)
        : base(key.Length == 0 ? $"object store {store}: {problem}" : $"object {key} in {store}: {problem}", inner)
    {
        Store = store;
        Key = key;
    }

    /// <summary>URL of the store.</summary>
    public string Store { get; }

    /// <summary>Object key, or empty where the store itself is meant.</summary>
    public string Key { get; }
}
