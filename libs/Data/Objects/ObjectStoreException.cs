namespace DaprHep.Data.Objects;

/// <summary>An object store could not do what was asked: the message names the store, the key and what to do.</summary>
public class ObjectStoreException : Exception
{
    /// <summary>Creates the exception for one object or for the store as a whole.</summary>
    /// <param name="store">URL of the store.</param>
    /// <param name="key">Object key, or empty where the store itself is meant.</param>
    /// <param name="problem">What was wrong and what to do about it.</param>
    /// <param name="inner">The cause, if another exception was.</param>
    /// <param name="kind">What kind of problem it is.</param>
    public ObjectStoreException(
        string store, string key, string problem, Exception? inner = null, ObjectStoreProblem kind = ObjectStoreProblem.Failed)
        : base(key.Length == 0 ? $"object store {store}: {problem}" : $"object {key} in {store}: {problem}", inner)
    {
        Store = store;
        Key = key;
        Kind = kind;
    }

    /// <summary>URL of the store.</summary>
    public string Store { get; }

    /// <summary>Object key, or empty where the store itself is meant.</summary>
    public string Key { get; }

    /// <summary>What kind of problem it is.</summary>
    public ObjectStoreProblem Kind { get; }
}

/// <summary>Why an object store could not do what was asked.</summary>
public enum ObjectStoreProblem
{
    /// <summary>Another reason: the message has it.</summary>
    Failed,

    /// <summary>There is no such object.</summary>
    NoObject,

    /// <summary>There is no such store: a bucket that does not exist.</summary>
    NoStore,

    /// <summary>The store does not allow it, or does not know who asks.</summary>
    Denied,

    /// <summary>This machine's clock and the store's differ by too much.</summary>
    ClockSkew,

    /// <summary>The bucket is in another region than the one it was asked for in.</summary>
    WrongRegion,

    /// <summary>What answers is no store of this kind.</summary>
    WrongEndpoint,

    /// <summary>The store does not answer, or there are no credentials to ask it with.</summary>
    Unreachable,

    /// <summary>The object is not what was written: cut short or altered.</summary>
    Damaged,
}
