using System.Diagnostics;
using Apache.Arrow;
using CommunityToolkit.HighPerformance;
using DaprHep.Data.Datasets;
using DaprHep.Data.Events;
using DaprHep.Data.Objects;
using DaprHep.Hosting;
using DaprHep.Hosting.News;
using DaprHep.Physics;
using DaprHep.Root;

namespace DaprHep.Ingest;

/// <summary>Converts a range of entries of one Delphes file to event tables, a chunk of entries at a time, in bounded memory.</summary>
public sealed class EventConversion : IDisposable
{
    private readonly RootFile _file;
    private readonly DelphesReader _reader;
    private readonly EventConverter _converter;
    private readonly int _label;

    private EventConversion(RootFile file, RootTree tree, string physics, int label, long first, long? end)
    {
        _file = file;
        _converter = new EventConverter(PhysicsProfiles.Parse(physics));
        _label = label;
        SourceDigest = Ingest.SourceDigest.Of(file, tree);
        Schema = SchemaOf(physics);
        uint source = SourceFile.IdOf(SourceDigest);
        _reader = new DelphesReader(tree, source, new TreeReaderOptions { FirstEntry = first, EndEntry = end });
    }

    /// <summary>The Arrow schema of the tables.</summary>
    public Schema Schema { get; }

    /// <summary>Identity of the file's data.</summary>
    public string SourceDigest { get; }

    /// <summary>Events left after each step so far, from all read to all selected.</summary>
    public IReadOnlyList<NamedCount> CutFlow
    {
        get
        {
            CutFlow flow = _converter.CutFlow;
            var steps = new List<NamedCount> { new("read", flow.Read), new("with a lepton above 23 GeV", flow.WithLepton) };
            if (_converter.Profile == PhysicsProfile.Cern2019)
                steps.Add(new NamedCount("with tracks, photons and neutral hadrons", flow.WithCollections));
            steps.Add(new NamedCount("selected: lepton isolated, all features finite", flow.Selected));
            return steps;
        }
    }

    /// <summary>The schema of a conversion with the given physics.</summary>
    public static Schema SchemaOf(string physics) => EventSchema.Create(
        HlfColumns.Names,
        ParticleColumns.Names,
        new Dictionary<string, string> { ["physics"] = physics, ["software"] = SoftwareVersion.Current });

    /// <summary>Opens a file for conversion.</summary>
    /// <param name="physics">Physics profile.</param>
    /// <param name="url">The file.</param>
    /// <param name="tree">Path of the tree in it.</param>
    /// <param name="label">Label of all its events.</param>
    /// <param name="first">First entry to convert.</param>
    /// <param name="end">One past the last entry to convert; null for all.</param>
    /// <exception cref="BadInputException">The file can't be read or lacks what is needed.</exception>
    public static EventConversion Open(string physics, string url, string tree, int label, long first = 0, long? end = null) => RootInput.Read(() =>
    {
        RootFile file = RootFile.Open(url);
        try
        {
            return new EventConversion(file, file.Tree(tree), physics, label, first, end);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    });

    /// <summary>
    /// Converts all entries into a part of a dataset, on a thread of its own: those of the pool send what is written to the store meanwhile.
    /// </summary>
    /// <param name="part">Takes the selected events; has the schema of this conversion.</param>
    /// <param name="report">Called with the number of entries converted since the last call.</param>
    /// <param name="cancellation">Ends the work early.</param>
    /// <exception cref="BadInputException">The file is damaged.</exception>
    /// <exception cref="ObjectStoreException">The store can't be written.</exception>
    public Task RunAsync(DatasetPartWriter part, Action<long> report, CancellationToken cancellation) => Task.Factory.StartNew(
        () => Run(table => part.Write(table), report, cancellation), cancellation, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    /// <summary>Converts all entries.</summary>
    /// <param name="write">Takes a table of selected events; its buffers are used again when it returns.</param>
    /// <param name="report">Called with the number of entries converted since the last call.</param>
    /// <param name="cancellation">Ends the work early.</param>
    /// <exception cref="BadInputException">The file is damaged.</exception>
    public void Run(Action<EventTable> write, Action<long> report, CancellationToken cancellation) => RootInput.Read(() =>
    {
        var selected = new TopologyEvents();
        sbyte[] labels = [];
        WorkMeter? meter = WorkMeter.Current;
        for (long started = Stopwatch.GetTimestamp(); _reader.Next(); started = Stopwatch.GetTimestamp())
        {
            meter?.Spent(WorkMeter.Inflate, started);
            cancellation.ThrowIfCancellationRequested();
            selected.Clear();
            started = Stopwatch.GetTimestamp();
            _converter.Convert(_reader.Events, selected);
            meter?.Spent(WorkMeter.Physics, started);
            if (labels.Length < selected.Count)
            {
                labels = new sbyte[selected.Count];
                labels.AsSpan().Fill((sbyte)_label);
            }
            write(new EventTable(
                selected.IdBytes.Cast<byte, ulong>(),
                labels.AsMemory(0, selected.Count),
                selected.HlfBytes.Cast<byte, float>(),
                selected.ParticleOffsetBytes.Cast<byte, int>(),
                selected.ParticleBytes.Cast<byte, float>()));
            report(_reader.Events.Count);
        }
        return true;
    });

    /// <inheritdoc/>
    public void Dispose()
    {
        _reader.Dispose();
        _file.Dispose();
    }
}
