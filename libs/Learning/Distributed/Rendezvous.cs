using System.Globalization;

namespace DaprHep.Learning.Distributed;

/// <summary>
/// Where the ranks of a training meet, and which of them this process is. Crosses from launcher to rank in the environment.
/// </summary>
/// <param name="Host">Name or address of the machine that keeps the rendezvous.</param>
/// <param name="Port">Its port.</param>
/// <param name="Rank">This process, from 0.</param>
/// <param name="Size">How many processes there are.</param>
/// <param name="KeptByRank0">Whether rank 0 keeps the rendezvous; otherwise the launcher does.</param>
/// <param name="Address">Where the other ranks reach this machine; null: by its own name.</param>
public sealed record Rendezvous(string Host, int Port, int Rank, int Size, bool KeptByRank0 = false, string? Address = null)
{
    /// <summary>Names of variables that differ between the ranks of a group.</summary>
    internal const string RankVariable = "DAPRHEP_RANK", AddressVariable = "DAPRHEP_RANK_ADDRESS";

    private const string HostVariable = "DAPRHEP_RANK_HOST", PortVariable = "DAPRHEP_RANK_PORT", SizeVariable = "DAPRHEP_RANKS",
        KeeperVariable = "DAPRHEP_RANK_KEEPER", JoinVariable = "DAPRHEP_RANK_JOIN_SECONDS";

    /// <summary>How long a rank waits for the others to come.</summary>
    public TimeSpan JoinTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How long a rank that waits in a collective leaves a living one in peace: a checkpoint takes its time.</summary>
    public TimeSpan CollectiveTimeout { get; init; } = TimeSpan.FromMinutes(30);

    /// <summary>Reads what a launcher has put into the environment.</summary>
    /// <exception cref="RendezvousException">Something is missing or makes no sense.</exception>
    public static Rendezvous FromEnvironment()
    {
        var size = Number(SizeVariable, 1, 4096);
        return new Rendezvous(
            Text(HostVariable), Number(PortVariable, 1, ushort.MaxValue), Number(RankVariable, 0, size - 1), size,
            Environment.GetEnvironmentVariable(KeeperVariable) == "rank0", Environment.GetEnvironmentVariable(AddressVariable))
        {
            JoinTimeout = TimeSpan.FromSeconds(Number(JoinVariable, 1, 86_400)),
        };
    }

    /// <summary>The variables that <see cref="FromEnvironment"/> reads.</summary>
    public IReadOnlyDictionary<string, string> ToEnvironment()
    {
        var variables = new Dictionary<string, string>
        {
            [HostVariable] = Host,
            [PortVariable] = Port.ToString(CultureInfo.InvariantCulture),
            [RankVariable] = Rank.ToString(CultureInfo.InvariantCulture),
            [SizeVariable] = Size.ToString(CultureInfo.InvariantCulture),
            [KeeperVariable] = KeptByRank0 ? "rank0" : "launcher",
            [JoinVariable] = JoinTimeout.TotalSeconds.ToString("F0", CultureInfo.InvariantCulture),
        };
        if (Address is not null)
            variables[AddressVariable] = Address;
        return variables;
    }

    private static string Text(string variable) => Environment.GetEnvironmentVariable(variable) is { Length: > 0 } text
        ? text
        : throw new RendezvousException($"{variable} is not set; a rank is started by a launcher, which sets it");

    private static int Number(string variable, int least, int most)
    {
        var text = Text(variable);
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most
            ? number
            : throw new RendezvousException($"{variable} is '{text}'; expected a number from {least} to {most}");
    }
}
