using System.Globalization;
using DaprHep.Learning.Distributed;
using TorchSharp;

namespace DaprHep.RankProgram;

/// <summary>Ranks that do nothing but talk to one another.</summary>
internal static class CollectiveRank
{
    /// <summary>Prints what collectives of several kinds give.</summary>
    internal static void Sums()
    {
        using var group = Join();
        Span<float> sum = [group.Rank + 1, 10 * group.Rank];
        group.AllReduce(sum);
        Print("sum", sum);

        Span<float> told = [group.Rank == 1 ? 42 : 0];
        group.Broadcast(told, root: 1);
        Print("broadcast", told);

        // Large enough for a ring of chunks, and started before the one before has ended.
        var many = new float[100_003];
        var few = new float[3];
        for (var i = 0; i < many.Length; i++)
            many[i] = (i % 1000 + 1) * 0.1f * (group.Rank + 1);
        few.AsSpan().Fill(1);
        var first = group.BeginAllReduce(many, many.Length);
        var second = group.BeginAllReduce(few, few.Length);
        second.Wait();
        first.Wait();
        Print("few", few);
        Console.WriteLine($"many {many[999].ToString("F3", CultureInfo.InvariantCulture)} {Convert.ToHexString(
            System.Security.Cryptography.SHA256.HashData(System.Runtime.InteropServices.MemoryMarshal.AsBytes(many.AsSpan())))}");

        // All send to all, twice before they wait, and with a rank that comes late.
        if (group.Rank == 1)
            Thread.Sleep(600);
        float[] near = new float[2 * group.Size], far = new float[group.Size];
        (near[2 * group.Rank], near[2 * group.Rank + 1], far[group.Rank]) = (group.Rank, 0.5f, 7 * group.Rank);
        var fourth = group.BeginExchange(near, 2);
        var fifth = group.BeginExchange(far, 1);
        fourth.Wait();
        fifth.Wait();
        Print("exchanged", [.. near, .. far]);

        // Tensors, as the gradients on GPUs are summed; further sums begin before this one has ended.
        using var tensor = torch.tensor([group.Rank + 1f, 0.5f]);
        var third = group.BeginAllReduce(tensor);
        group.Barrier();
        third.Wait();
        Print("tensor", tensor.data<float>().ToArray());
    }

    /// <summary>Sums until something ends it.</summary>
    internal static void Endless()
    {
        using var group = Join();
        Console.WriteLine("ready");
        while (true)
        {
            Span<float> one = [1];
            group.AllReduce(one);
            Thread.Sleep(5);
        }
    }

    /// <summary>Exchanges values until something ends it.</summary>
    internal static void Exchanging()
    {
        using var group = Join();
        Console.WriteLine("ready");
        var values = new float[group.Size];
        while (true)
        {
            group.BeginExchange(values, 1).Wait();
            Thread.Sleep(5);
        }
    }

    /// <summary>Computes without ever meeting the others, until it learns that one is lost.</summary>
    internal static void Computing()
    {
        using var group = Join();
        Console.WriteLine("ready");
        group.Lost.WaitHandle.WaitOne();
        group.Barrier();
    }

    /// <summary>The last rank gives up; the others wait for it.</summary>
    internal static void Failing()
    {
        using var group = Join();
        Console.WriteLine("ready");
        if (group.Rank == group.Size - 1)
            group.Abort("the loss is NaN");
        group.Barrier();
    }

    /// <summary>Says when the loss of another rank was noticed, by the clock that all processes of a machine share.</summary>
    private static RankGroup Join()
    {
        var group = RankGroup.Join(Rendezvous.FromEnvironment() with { JoinTimeout = TimeSpan.FromSeconds(60) });
        group.Lost.Register(() => Console.WriteLine($"lost {Environment.TickCount64}"));
        return group;
    }

    private static void Print(string name, ReadOnlySpan<float> values)
    {
        var texts = new List<string>();
        foreach (var value in values)
            texts.Add(value.ToString(CultureInfo.InvariantCulture));
        Console.WriteLine($"{name} {string.Join(' ', texts)}");
    }
}
