using System.Globalization;
using DaprHep.Learning.Distributed;

namespace DaprHep.Learning.Tests.Distributed;

/// <summary>Collectives between real processes, and what becomes of them when one is lost.</summary>
public class RankGroupTests
{
    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    public async Task All_ranks_get_the_same_sums_bit_by_bit(int ranks)
    {
        using var store = RankStore.Keep("127.0.0.1");
        using var processes = new RankProcesses(ranks, store.Port, keptByRank0: false, "sums");

        var codes = await processes.EndAsync();

        codes.ShouldAllBe(code => code == 0, processes[0].ErrorText);
        for (var rank = 0; rank < ranks; rank++)
        {
            var lines = processes[rank].Lines;
            lines.ShouldContain($"sum {ranks * (ranks + 1) / 2} {10 * ranks * (ranks - 1) / 2}");
            lines.ShouldContain($"few {ranks} {ranks} {ranks}");
            var others = Enumerable.Range(0, ranks).ToArray();
            lines.ShouldContain("exchanged " + string.Join(
                ' ', [.. others.Select(other => $"{other} 0.5"), .. others.Select(other => $"{7 * other}")]));
            lines.ShouldContain(string.Create(CultureInfo.InvariantCulture, $"tensor {ranks * (ranks + 1) / 2} {0.5 * ranks}"));
            lines.ShouldBe(processes[0].Lines);
        }

        processes[0].Lines.ShouldContain("broadcast 42");
    }

    [Fact]
    public async Task Rank_0_can_keep_the_rendezvous_and_leaves_last()
    {
        using var processes = new RankProcesses(3, LoopbackPort.Free(), keptByRank0: true, "sums");

        (await processes.EndAsync()).ShouldBe([0, 0, 0], processes[0].ErrorText + processes[1].ErrorText);

        processes[2].Lines.ShouldContain("broadcast 42");
    }

    [Theory]
    [InlineData("endless")]
    [InlineData("exchanging")]
    [InlineData("computing")]
    public async Task A_killed_rank_ends_the_others_within_ten_seconds_and_is_named(string what)
    {
        using var store = RankStore.Keep("127.0.0.1");
        using var processes = new RankProcesses(3, store.Port, keptByRank0: false, what);
        await processes.WrittenByAllAsync("ready");

        var killed = Environment.TickCount64;
        var undisturbed = Patience.Undisturbed;
        processes[1].Kill();
        var codes = await processes.EndAsync();

        ShouldHaveNoticedWithinTenSeconds(killed, undisturbed, processes[0], processes[2]);
        (codes[0], codes[2]).ShouldBe((4, 4));
        processes[0].ErrorText.ShouldBe("Rank 1 of 3 is lost: it gives no sign of life");
        processes[2].ErrorText.ShouldBe(processes[0].ErrorText);
    }

    [Theory]
    [InlineData("endless")]
    [InlineData("exchanging")]
    public async Task A_rank_that_is_merely_stopped_is_lost_too(string what)
    {
        using var store = RankStore.Keep("127.0.0.1");
        using var processes = new RankProcesses(3, store.Port, keptByRank0: false, what);
        await processes.WrittenByAllAsync("ready");

        var stopped = Environment.TickCount64;
        var undisturbed = Patience.Undisturbed;
        processes[2].Stop();
        using var limit = new CancellationTokenSource(Patience.Limit);
        (await processes[0].ExitAsync(limit.Token)).ShouldBe(4);
        (await processes[1].ExitAsync(limit.Token)).ShouldBe(4);

        ShouldHaveNoticedWithinTenSeconds(stopped, undisturbed, processes[0], processes[1]);
        processes[0].ErrorText.ShouldBe("Rank 2 of 3 is lost: it gives no sign of life");
        processes[1].ErrorText.ShouldBe(processes[0].ErrorText);
    }

    [Fact]
    public async Task The_loss_of_the_rank_that_keeps_the_rendezvous_is_noticed()
    {
        using var processes = new RankProcesses(2, LoopbackPort.Free(), keptByRank0: true, "endless");
        await processes.WrittenByAllAsync("ready");

        processes[0].Kill();
        (await processes.EndAsync())[1].ShouldBe(4);

        processes[1].ErrorText.ShouldStartWith("Rank 0 of 2 is lost: the rendezvous that it kept at 127.0.0.1:");
    }

    [Fact]
    public async Task A_rank_that_gives_up_tells_the_others_why()
    {
        using var store = RankStore.Keep("127.0.0.1");
        using var processes = new RankProcesses(3, store.Port, keptByRank0: false, "failing");

        (await processes.EndAsync()).ShouldBe([4, 4, 4]);

        for (var rank = 0; rank < 3; rank++)
            processes[rank].ErrorText.ShouldBe("Rank 2 of 3 failed: the loss is NaN");
    }

    [Fact]
    public void A_rank_whose_peers_never_come_says_who_is_missing()
    {
        using var store = RankStore.Keep("127.0.0.1");
        var alone = new Rendezvous("127.0.0.1", store.Port, 1, 3, Address: "127.0.0.1") { JoinTimeout = TimeSpan.FromSeconds(1) };

        Should.Throw<RendezvousException>(() => RankGroup.Join(alone)).Message
            .ShouldBe($"Only 1 of 3 ranks came to 127.0.0.1:{store.Port} within 1 s; missing: 0, 2");
    }

    [Fact]
    public void A_rendezvous_that_does_not_answer_is_an_error()
    {
        var nowhere = new Rendezvous("127.0.0.1", LoopbackPort.Free(), 1, 2) { JoinTimeout = TimeSpan.FromSeconds(1) };

        Should.Throw<RendezvousException>(() => RankGroup.Join(nowhere)).Message
            .ShouldStartWith($"The rendezvous at 127.0.0.1:{nowhere.Port} did not answer within 1 s");
    }

    [Fact]
    public void Without_a_launcher_the_missing_variable_is_named() =>
        Should.Throw<RendezvousException>(Rendezvous.FromEnvironment).Message
            .ShouldBe("DAPRHEP_RANKS is not set; a rank is started by a launcher, which sets it");

    // By the ranks' own account: how long they then take to end, and the test to see it, says more of the machine's load.
    private static void ShouldHaveNoticedWithinTenSeconds(long since, TimeSpan undisturbed, params RankProcesses.RankProcess[] ranks)
    {
        var disturbed = Environment.TickCount64 - since - (long)(Patience.Undisturbed - undisturbed).TotalMilliseconds;
        foreach (var rank in ranks)
        {
            var noticed = rank.Lines.Single(line => line.StartsWith("lost ", StringComparison.Ordinal))["lost ".Length..];
            (long.Parse(noticed, CultureInfo.InvariantCulture) - since).ShouldBeInRange(0, 10_000 + disturbed);
        }
    }
}
