using System.IO.Pipelines;
using Apache.Arrow;
using Apache.Arrow.Ipc;
using DaprHep.Data.Events;
using DaprHep.Hosting;
using DaprHep.Serving.Models;

namespace DaprHep.Serving.Http;

/// <summary>
/// An answer as an Arrow stream: event ids and probabilities, a batch for each batch of events. Its first mebibyte is kept until there is
/// more or the end, so that an error in it is still an error's answer. What the caller does not take is kept up to 64 MiB, so that one who
/// first sends and then reads gets along; after that the service waits.
/// </summary>
internal sealed class ArrowAnswer : IDisposable
{
    /// <summary>The content type.</summary>
    public const string ContentType = "application/vnd.apache.arrow.stream";

    private const int FirstBytes = 1 << 20;
    private const int MostBytes = 64 << 20;
    private readonly Pipe _pipe = new(new PipeOptions(
        pauseWriterThreshold: MostBytes,
        resumeWriterThreshold: MostBytes / 2,
        minimumSegmentSize: 1 << 16,
        useSynchronizationContext: false));

    private readonly HttpContext _context;
    private readonly Schema _schema;
    private readonly ArrowStreamWriter _writer;
    private readonly int _classes;
    private Task? _copying;
    private long _written;

    public ArrowAnswer(HttpContext context, Answer answer)
    {
        _context = context;
        _classes = answer.Serving.Predictor.Classes;
        var metadata = new Dictionary<string, string>
        {
            ["model"] = answer.Model,
            ["version"] = answer.Serving.Version.Version,
            ["weights_sha256"] = answer.Serving.Version.WeightsSha256,
            ["software"] = SoftwareVersion.Current,
        };
        if (answer.Canary is { } canary)
            metadata["canary"] = canary.Version.Version;
        _schema = PredictionSchema.Create(answer.Serving.Predictor.Description.Classes, metadata);
        _writer = new ArrowStreamWriter(_pipe.Writer.AsStream(leaveOpen: true), _schema, leaveOpen: true);
    }

    /// <summary>Writes the predictions of a batch.</summary>
    public async Task WriteAsync(ReadOnlyMemory<ulong> ids, ReadOnlyMemory<float> probabilities, CancellationToken cancellation)
    {
        await _writer.WriteRecordBatchAsync(PredictionSchema.Batch(_schema, ids, probabilities), cancellation);
        _written += ids.Length * (long)(sizeof(ulong) + (_classes * sizeof(float)));
        if (_written > FirstBytes)
            Start(cancellation);
        if (_copying is { IsFaulted: true })
            await _copying;
    }

    /// <summary>Writes the end, and waits until the caller has all.</summary>
    public async Task EndAsync(CancellationToken cancellation)
    {
        await _writer.WriteEndAsync(cancellation);
        await _pipe.Writer.CompleteAsync();
        Start(cancellation);
        await _copying!;
    }

    /// <summary>Gives up what has not been sent.</summary>
    public async Task AbandonAsync(Exception reason)
    {
        await _pipe.Writer.CompleteAsync(reason);
        if (_copying is null)
            await _pipe.Reader.CompleteAsync();
        else
            await _copying.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <inheritdoc/>
    public void Dispose() => _writer.Dispose();

    private void Start(CancellationToken cancellation)
    {
        if (_copying is not null)
            return;
        _context.Response.ContentType = ContentType;
        _copying = Task.Run(() => _pipe.Reader.CopyToAsync(_context.Response.BodyWriter, cancellation), cancellation);
    }
}
