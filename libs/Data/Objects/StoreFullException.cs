namespace DaprHep.Data.Objects;

/// <summary>An object could not be written because there is no room for it. Nobody's input is to blame, and once there is room, the same works.</summary>
/// <param name="store">URL of the store.</param>
/// <param name="key">Key of the object.</param>
/// <param name="what">What is full, and what the system said of it.</param>
/// <param name="cause">The cause.</param>
public sealed class StoreFullException(string store, string key, string what, Exception cause) : ObjectStoreException(
    store, key, $"can't be written, {what}: make room ({Advice}); what is finished is kept, so start the same again", cause)
{
    private const string Advice = "./daprhep gc STORE shows what of a store no run needs";
    private const int NoSpace = 28;
    private const int QuotaExceeded = 122;

    /// <summary>An object could not be written to a disk.</summary>
    /// <param name="store">URL of the store.</param>
    /// <param name="key">Key of the object.</param>
    /// <param name="cause">What the system said.</param>
    public StoreFullException(string store, string key, Exception cause)
        : this(store, key, $"the disk is full ({cause.Message})", cause)
    {
    }

    /// <summary>Whether an error of a file says that there is no room: on the disk, or in the user's share of it.</summary>
    public static bool IsCause(Exception error) => error is IOException { HResult: NoSpace or QuotaExceeded };
}
