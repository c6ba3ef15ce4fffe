using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Amazon.S3;

namespace DaprHep.Data.Objects;

/// <summary>
/// What is known of a bucket's way with <c>If-None-Match: *</c>, by which a write asks to be refused where there is an object already. A store
/// that does not know it writes all the same, so a writer has to look first, unless the store was seen to refuse.
/// </summary>
internal sealed class S3Conditions
{
    // By client, so that what one endpoint does is not believed of another.
    private static readonly ConditionalWeakTable<AmazonS3Client, ConcurrentDictionary<string, S3Conditions>> Known = [];

    /// <summary>Whether the bucket refuses; null while that is not known.</summary>
    public bool? Refuses { get; set; }

    /// <summary>What this process knows of a bucket.</summary>
    public static S3Conditions Of(AmazonS3Client client, string bucket) =>
        Known.GetValue(client, _ => new ConcurrentDictionary<string, S3Conditions>()).GetOrAdd(bucket, _ => new S3Conditions());
}
