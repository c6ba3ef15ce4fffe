using System.Net;
using System.Net.Sockets;
using System.Security.Authentication;
using Amazon.Runtime;
using Amazon.S3;

namespace DaprHep.Data.Objects;

/// <summary>
/// What an S3 client's error means, and what to do about it. The answers never hold credentials or signatures. A bare
/// <see cref="SocketException"/> is a connection that the store reset as soon as it was made.
/// </summary>
public static class S3Problem
{
    /// <summary>What kind of problem it is.</summary>
    public static ObjectStoreProblem KindOf(Exception e) => e switch
    {
        AmazonS3Exception s3 => s3.ErrorCode switch
        {
            "NoSuchBucket" => ObjectStoreProblem.NoStore,
            "NoSuchKey" or "NotFound" or "NoSuchVersion" => ObjectStoreProblem.NoObject,
            "AccessDenied" or "InvalidAccessKeyId" or "SignatureDoesNotMatch" or "Forbidden" or "AllAccessDisabled" or "InvalidToken"
                or "ExpiredToken" or "AccountProblem" => ObjectStoreProblem.Denied,
            "RequestTimeTooSkewed" => ObjectStoreProblem.ClockSkew,
            "AuthorizationHeaderMalformed" or "PermanentRedirect" or "TemporaryRedirect" or "IllegalLocationConstraintException"
                => ObjectStoreProblem.WrongRegion,
            _ => s3.StatusCode switch
            {
                HttpStatusCode.MovedPermanently or HttpStatusCode.TemporaryRedirect => ObjectStoreProblem.WrongRegion,
                HttpStatusCode.MethodNotAllowed => ObjectStoreProblem.WrongEndpoint,
                HttpStatusCode.NotFound => ObjectStoreProblem.NoObject,
                HttpStatusCode.Forbidden or HttpStatusCode.Unauthorized => ObjectStoreProblem.Denied,
                _ => ObjectStoreProblem.Failed,
            },
        },
        AmazonUnmarshallingException or System.Xml.XmlException => ObjectStoreProblem.WrongEndpoint,
        AmazonServiceException { StatusCode: not 0 } => ObjectStoreProblem.Failed,
        AmazonClientException or HttpRequestException or SocketException or TimeoutException or OperationCanceledException
            => ObjectStoreProblem.Unreachable,
        _ => ObjectStoreProblem.Failed,
    };

    /// <summary>What to tell a person.</summary>
    public static string Explain(Exception e) => KindOf(e) switch
    {
        ObjectStoreProblem.NoStore => "no such bucket; check the name and AWS_ENDPOINT_URL, or create the bucket",
        ObjectStoreProblem.NoObject => "no such object; check the key, and whether the step that writes it has finished",
        ObjectStoreProblem.Denied =>
            $"access denied ({CodeOf(e)}); check AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY (or the profile, or the role) and its rights",
        ObjectStoreProblem.ClockSkew => "this machine's clock differs from the store's by too much; set the clock",
        ObjectStoreProblem.WrongRegion => $"the bucket is in another region ({FirstLine(e.Message)}); set AWS_REGION to the bucket's",
        ObjectStoreProblem.WrongEndpoint =>
            "what answers is no S3 store; check AWS_ENDPOINT_URL: host, port, and no path of a web page (for instance http://127.0.0.1:9000)",
        ObjectStoreProblem.Unreachable when Untrusted(e) is { } reason => $"the store's certificate is not accepted ({FirstLine(reason)}); "
            + "set AWS_CA_BUNDLE to a PEM file of the authority that signed it, and see that AWS_ENDPOINT_URL has the name it was made for",
        ObjectStoreProblem.Unreachable when e is AmazonClientException && e.Message.Contains("credentials", StringComparison.OrdinalIgnoreCase) =>
            "there are no credentials; set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY (or AWS_PROFILE, or give the machine a role), and "
            + "AWS_ENDPOINT_URL for a store other than AWS",
        ObjectStoreProblem.Unreachable => $"the store can't be reached ({FirstLine(Innermost(e).Message)}); "
            + "check AWS_ENDPOINT_URL (needed for a store other than AWS), the network, and that the store runs",
        _ => e is AmazonServiceException s3
            ? $"{FirstLine(s3.Message)} ({CodeOf(s3)}, status {(int)s3.StatusCode})"
            : FirstLine(e.Message),
    };

    /// <summary>
    /// Whether a store has no room for what was to be written, or a quota is used up. No object or part of ours is too large for a store, so
    /// that "too large" (Swift's word for a quota) means the same.
    /// </summary>
    public static bool IsFull(Exception e) => e is AmazonS3Exception s3
        && (s3.StatusCode is HttpStatusCode.InsufficientStorage or HttpStatusCode.RequestEntityTooLarge
            || s3.ErrorCode is "QuotaExceeded" or "EntityTooLarge" or "XMinioStorageFull" or "XMinioAdminBucketQuotaExceeded");

    /// <summary>What a full store said.</summary>
    internal static string ExplainFull(Exception e) => $"the bucket is full or its quota is used up ({FirstLine(e.Message)}, {CodeOf(e)})";

    /// <summary>Whether the same request may do better in a while: the store is busy or away, or the connection broke.</summary>
    public static bool MayPass(Exception e) => e switch
    {
        AmazonS3Exception { StatusCode: HttpStatusCode.NotImplemented } => false,
        _ when IsFull(e) => false,
        AmazonS3Exception s3 => s3.StatusCode >= HttpStatusCode.InternalServerError || s3.StatusCode is HttpStatusCode.TooManyRequests or 0
            || s3.ErrorCode is "RequestTimeout" or "SlowDown" or "Throttling" or "ConditionalRequestConflict" or "BadDigest" or "IncompleteBody"
                or "XAmzContentSHA256Mismatch",
        AmazonUnmarshallingException => false,
        HttpRequestException when Untrusted(e) is not null => false,
        AmazonServiceException or HttpRequestException or SocketException or IOException or TimeoutException or OperationCanceledException => true,
        _ => false, // no credentials, for instance
    };

    private static string? Untrusted(Exception e)
    {
        for (Exception? cause = e; cause is not null; cause = cause.InnerException)
        {
            if (cause is AuthenticationException)
                return Innermost(cause).Message;
        }
        return null;
    }

    private static Exception Innermost(Exception e)
    {
        while (e.InnerException is { } cause)
            e = cause;
        return e;
    }

    private static string CodeOf(Exception e) => e is AmazonServiceException s3
        ? s3.ErrorCode is { Length: > 0 } code ? code : $"status {(int)s3.StatusCode}"
        : e.GetType().Name;

    private static string FirstLine(string message) => message.Split('\n', 2)[0].Trim().TrimEnd('.');
}
