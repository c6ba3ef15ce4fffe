using System.Net.Sockets;
using Amazon.Runtime;
using DaprHep.Data.Objects;
using DaprHep.Hosting;
using DaprHep.Physics;
using DaprHep.Root;

namespace DaprHep.Ingest;

/// <summary>Reading input files: what is wrong with a file is the input's fault, not the run's.</summary>
public static class RootInput
{
    /// <summary>Number of entries of a tree.</summary>
    public static long Entries(string url, string tree) => Read(() =>
    {
        using RootFile file = RootFile.Open(url);
        return file.Tree(tree).Entries;
    });

    /// <summary>
    /// Whether it is the file that can't be read, and not the way to it: a server that does not answer, or refuses, may hold a good file.
    /// </summary>
    public static bool IsBadFile(BadInputException e) => e.InnerException is RootException or EventFormatException
        && e.InnerException.InnerException is not (HttpRequestException or HttpIOException or SocketException or AmazonClientException
            or TimeoutException or TaskCanceledException)
        && (e.InnerException.InnerException is not AmazonServiceException refusal || S3Problem.KindOf(refusal) == ObjectStoreProblem.NoObject);

    /// <summary>Runs <paramref name="read"/>, turning every complaint about a file into a <see cref="BadInputException"/>.</summary>
    public static T Read<T>(Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception e) when (e is RootException or EventFormatException)
        {
            throw new BadInputException(e.Message, e);
        }
    }
}
