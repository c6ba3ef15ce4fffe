using DaprHep.Hosting.Contracts;
using DaprHep.Topology;

namespace DaprHep.Cli.Simulation;

/// <summary>
/// The pipeline, simulated by discrete events: every activity goes through the workflow's sidecar, waits for a slot of a process of its
/// service, reads, computes on a core of a machine, writes. What is left out: retries, lost pods, pauses between attempts, and that
/// activities of one machine share its memory's bandwidth.
/// </summary>
internal sealed class ClusterSimulation
{
    private const int PartitionEvents = 20_000;
    private const int ShardEvents = 16_384;
    private const int ChildCalls = FanOut<ConvertPartitionInput, ConvertPartitionOutput>.Size;
    private const double TestPart = 0.2;
    private const double MergeBytes = 70;

    // Of four shards and more the events are brought together first.
    private const int ScatterFrom = 4;

    private readonly ClusterShape _shape;
    private readonly ClusterCosts _costs;
    private readonly EventClock _clock = new();
    private readonly Station _workflow;
    private readonly Station _cores;
    private readonly Station _store;
    private readonly Station _ingest;
    private readonly Station _features;
    private readonly Station _trainer;
    private readonly List<SimulatedStep> _steps = [];

    private ClusterSimulation(ClusterShape shape, ClusterCosts costs)
    {
        (_shape, _costs) = (shape, costs);
        _workflow = new Station(_clock, "workflow", 1);
        _cores = new Station(_clock, "cores", shape.Nodes * shape.Cores);
        _store = new Station(_clock, "store", 1);
        _ingest = new Station(_clock, Apps.Ingest, shape.Ingest * shape.Cores);
        _features = new Station(_clock, Apps.Features, shape.Features * shape.Cores);
        _trainer = new Station(_clock, Apps.Trainer, shape.Ranks);
    }

    /// <summary>Simulates one run from its start to its report.</summary>
    public static SimulatedRun Run(ClusterShape shape, ClusterCosts costs)
    {
        var simulation = new ClusterSimulation(shape, costs);
        simulation.Plan();
        simulation._clock.Run();
        return new SimulatedRun(
            simulation._clock.Now,
            simulation._steps,
            [.. simulation.Stations.Select(station => new SimulatedStation(station.Name, station.Places, station.Utilisation))]);
    }

    private IEnumerable<Station> Stations => [_workflow, _cores, _store, _ingest, _features, _trainer];

    private double Selected => _shape.Events * _costs.Selected;

    private double Drawn => Selected * _costs.Drawn;

    private void Plan() => Step(Steps.Plan, done => Activity(_ingest, "plan", _shape.Events, _shape.Files * 100_000.0, 0, done), Convert);

    private void Convert()
    {
        long perFile = Math.Max(1, _shape.Events / _shape.Files);
        int perFilePartitions = (int)((perFile + PartitionEvents - 1) / PartitionEvents);
        int partitions = perFilePartitions * _shape.Files;
        double events = (double)_shape.Events / partitions;
        Step(
            Steps.Convert,
            done => FanOut(
                partitions, _ingest, "convert", events, events * _costs.InputBytes, events * _costs.Selected * _costs.EventBytes, done),
            Merge);
    }

    private void Merge() =>
        Step(Steps.Statistics, done => Activity(_features, "statistics", Selected, Selected * MergeBytes, 0, done), Shards);

    private void Shards()
    {
        int shards = Math.Max(2, (int)Math.Ceiling(Drawn / ShardEvents));
        double events = Drawn / shards, bytes = events * _costs.EventBytes;
        Step(
            Steps.Shards,
            done =>
            {
                if (shards < ScatterFrom)
                {
                    FanOut(shards, _features, "shards", events, bytes, bytes, done);
                    return;
                }
                int datasets = Math.Max(_shape.Files, (int)(_shape.Events / PartitionEvents));
                double each = Selected / datasets;
                FanOut(datasets, _features, "scatter", each, each * _costs.EventBytes, each * _costs.Drawn * _costs.EventBytes, () =>
                    FanOut(shards, _features, "shards", events, bytes, bytes, done));
            },
            Train);
    }

    // A job: every rank holds its part of the events, and all go through the epochs together.
    private void Train()
    {
        double events = Drawn * (1 - TestPart), efficiency = Math.Pow(ClusterCosts.RankEfficiency, Math.Log2(_shape.Ranks));
        double seconds = _shape.Epochs * events / (_costs.Rates["train"] * _shape.Ranks * efficiency);
        Step(
            Steps.Train,
            done => _workflow.Use(1 / ClusterCosts.ActivityRate, () => _store.Use(events * _costs.EventBytes / _shape.StoreBytes, () =>
            {
                int working = _shape.Ranks;
                for (int rank = 0; rank < _shape.Ranks; rank++)
                {
                    _trainer.Use(seconds, () =>
                    {
                        if (--working == 0)
                            done();
                    });
                }
            })),
            Evaluate);
    }

    private void Evaluate()
    {
        double events = Drawn * TestPart;
        Step(Steps.Evaluate, done => Activity(_trainer, "evaluate", events, events * _costs.EventBytes, 0, done), () => { });
    }

    private void Step(string name, Action<Action> work, Action next)
    {
        double started = _clock.Now;
        _clock.After(ClusterCosts.StepSeconds, () => work(() =>
        {
            _steps.Add(new SimulatedStep(name, _clock.Now - started));
            next();
        }));
    }

    private void FanOut(int count, Station slots, string rate, double events, double reads, double writes, Action done)
    {
        int children = (count + ChildCalls - 1) / ChildCalls;
        int left = count;
        _clock.After(children * ClusterCosts.ChildSeconds, () =>
        {
            for (int i = 0; i < count; i++)
            {
                Activity(slots, rate, events, reads, writes, () =>
                {
                    if (--left == 0)
                        done();
                });
            }
        });
    }

    private void Activity(Station slots, string rate, double events, double reads, double writes, Action done) =>
        _workflow.Use(1 / ClusterCosts.ActivityRate, () => _clock.After(ClusterCosts.ActivitySeconds, () => slots.Take(() =>
            _store.Use(reads / _shape.StoreBytes, () =>
                _cores.Use(events / _costs.Rates[rate], () =>
                    _store.Use(writes / _shape.StoreBytes, () =>
                    {
                        slots.Leave();
                        done();
                    }))))));
}
