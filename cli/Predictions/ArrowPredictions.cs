using Apache.Arrow;
using Apache.Arrow.Ipc;
using DaprHep.Data.Events;
using DaprHep.Hosting;
using DaprHep.Learning.Artifacts;

namespace DaprHep.Cli.Predictions;

/// <summary>Predictions as an Arrow IPC file with <see cref="PredictionSchema"/>.</summary>
internal sealed class ArrowPredictions : PredictionWriter
{
    private readonly Schema _schema;
    private readonly ArrowFileWriter _writer;
    private bool _isEmpty = true;

    /// <summary>Starts a file.</summary>
    /// <param name="stream">Where it goes; left open.</param>
    /// <param name="model">The model that predicts.</param>
    public ArrowPredictions(Stream stream, ModelDescription model)
    {
        _schema = PredictionSchema.Create(
            model.Classes,
            new Dictionary<string, string> { ["model"] = model.Model, ["weights_sha256"] = model.WeightsSha256!, ["software"] = SoftwareVersion.Current });
        _writer = new ArrowFileWriter(stream, _schema, leaveOpen: true);
        _writer.WriteStart();
    }

    public override void Write(string file, ReadOnlyMemory<ulong> events, ReadOnlyMemory<float> probabilities)
    {
        _writer.WriteRecordBatch(PredictionSchema.Batch(_schema, events, probabilities));
        _isEmpty = false;
    }

    public override void Finish()
    {
        // Not every reader opens a file without batches.
        if (_isEmpty)
            Write("", default, default);
        _writer.WriteEnd();
    }

    public override void Dispose() => _writer.Dispose();
}
