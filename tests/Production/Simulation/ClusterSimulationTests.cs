using DaprHep.Cli.Simulation;

namespace DaprHep.Production.Tests.Simulation;

/// <summary>The simulation against what can be reckoned by hand, and against its own laws.</summary>
public sealed class ClusterSimulationTests
{
    private static readonly ClusterCosts Costs = new();

    [Fact]
    public void A_station_serves_in_the_order_of_coming_and_knows_how_busy_it_was()
    {
        var clock = new EventClock();
        var station = new Station(clock, "desk", 2);
        var ends = new List<(int Who, double When)>();
        for (int i = 0; i < 5; i++)
        {
            int who = i;
            station.Use(10, () => ends.Add((who, clock.Now)));
        }
        clock.Run();
        ends.ShouldBe([(0, 10), (1, 10), (2, 20), (3, 20), (4, 30)]);
        station.Utilisation.ShouldBe(50.0 / 60, 1e-9);
    }

    [Fact]
    public void What_nothing_waits_for_takes_its_work_divided_by_its_cores()
    {
        var shape = new ClusterShape
        {
            Events = 64 * 20_000, Files = 64, Nodes = 1, Cores = 8, Ingest = 1, Features = 1, Ranks = 1, StoreBytes = 1e15,
        };
        SimulatedRun run = ClusterSimulation.Run(shape, With("convert", 1000));
        run.Steps.Single(step => step.Step == "convert").Seconds.ShouldBe(64 * 20_000 / (8 * 1000.0), 1);
        run.Steps.Sum(step => step.Seconds).ShouldBe(run.Makespan, 1e-6);
        run.Steps.Select(step => step.Step).ShouldBe(["plan", "convert", "statistics", "shards", "train", "evaluate"]);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void More_processes_than_there_are_cores_for_help_nothing(int processes)
    {
        var shape = new ClusterShape { Events = 400_000, Files = 40, Nodes = 1, Cores = 2, Ingest = processes, StoreBytes = 1e12 };
        double seconds = ClusterSimulation.Run(shape, Costs).Steps.Single(step => step.Step == "convert").Seconds;
        seconds.ShouldBe(400_000 / (2 * Costs.Rates["convert"]), 1);
    }

    [Fact]
    public void More_machines_are_never_slower_and_in_the_end_something_else_is_the_bottleneck()
    {
        SimulatedRun[] runs = [.. new[] { 1, 2, 4, 8, 64 }.Select(nodes => ClusterSimulation.Run(
            new ClusterShape { Nodes = nodes, Ingest = nodes, Features = nodes, Ranks = nodes }, Costs))];
        for (int i = 1; i < runs.Length; i++)
            runs[i].Makespan.ShouldBeLessThanOrEqualTo(runs[i - 1].Makespan);
        runs[^1].Bottleneck.Name.ShouldNotBe("cores");
        runs.ShouldAllBe(run => run.Stations.All(station => station.Utilisation >= 0 && station.Utilisation <= 1 + 1e-9));
    }

    [Fact]
    public void A_slow_store_is_what_a_run_waits_for()
    {
        SimulatedRun run = ClusterSimulation.Run(new ClusterShape { StoreBytes = 1e7, Epochs = 1 }, Costs);
        run.Bottleneck.Name.ShouldBe("store");
    }

    [Fact]
    public void A_cluster_is_simulated_in_seconds_and_the_same_question_has_the_same_answer()
    {
        ClusterSimulation.Run(new ClusterShape(), Costs).Makespan.ShouldBe(ClusterSimulation.Run(new ClusterShape(), Costs).Makespan);
    }

    private static ClusterCosts With(string step, double rate) => Costs with
    {
        Rates = new Dictionary<string, double>(Costs.Rates) { [step] = rate },
    };
}
