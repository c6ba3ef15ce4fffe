namespace DaprHep.DevSidecar.Grpc;

/// <summary>Size of the largest gRPC message so far, in either direction.</summary>
internal sealed class LargestMessage
{
    private long _bytes;

    public long Bytes => Interlocked.Read(ref _bytes);

    public void Note(long bytes)
    {
        long known;
        while ((known = Bytes) < bytes && Interlocked.CompareExchange(ref _bytes, bytes, known) != known)
        {
            // Another message was noted in between; look again.
        }
    }
}
