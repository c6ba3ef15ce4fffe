using DaprHep.Hosting;

namespace DaprHep.Serving;

/// <summary>
/// What a request may ask of the service. Each is a configuration key of the section <c>Serving</c>, for instance the environment variable
/// <c>Serving__MostEvents</c>.
/// </summary>
internal sealed record ServingLimits
{
    /// <summary>Name of the configuration section.</summary>
    public const string Section = "Serving";

    /// <summary>Bytes of a JSON body.</summary>
    public long MostJsonBytes { get; init; } = 32 << 20;

    /// <summary>Bytes of a ROOT file as a body.</summary>
    public long MostRootBytes { get; init; } = 256 << 20;

    /// <summary>Bytes of an Arrow stream as a body; it is read and answered batch by batch.</summary>
    public long MostArrowBytes { get; init; } = 16L << 30;

    /// <summary>Bytes of one batch of an Arrow stream.</summary>
    public int MostBatchBytes { get; init; } = 256 << 20;

    /// <summary>Events of a JSON body, and of a ROOT file's.</summary>
    public int MostEvents { get; init; } = 100_000;

    /// <summary>Requests that are read and answered at a time; one more is refused with 429.</summary>
    public int MostRequests { get; init; } = 512;

    /// <summary>Bulk requests (Arrow, ROOT) at a time; one more is refused with 429.</summary>
    public int MostBulkRequests { get; init; } = 2 * Environment.ProcessorCount;

    /// <summary>Bytes of events that are held for all requests together; a request that needs more is refused with 429.</summary>
    public long MostBufferedBytes { get; init; } = 1L << 30;

    /// <summary>Seconds that a JSON request may take from its first byte to its answer.</summary>
    public int MostSeconds { get; init; } = 30;

    /// <summary>Seconds between two looks for drift.</summary>
    public int DriftSeconds { get; init; } = 10;

    /// <summary>Whether an event with a value that no detector measures gets a note in place of probabilities, and no refusal.</summary>
    public bool FlagOddValues { get; init; }

    /// <summary>Reads the limits.</summary>
    /// <exception cref="BadInputException">A value is not a number, or not above zero; the message names it.</exception>
    public static ServingLimits From(IConfiguration configuration)
    {
        ServingLimits limits = Parse(configuration.GetSection(Section));
        (string Name, long Value)[] all =
        [
            (nameof(MostJsonBytes), limits.MostJsonBytes), (nameof(MostRootBytes), limits.MostRootBytes),
            (nameof(MostArrowBytes), limits.MostArrowBytes), (nameof(MostBatchBytes), limits.MostBatchBytes),
            (nameof(MostEvents), limits.MostEvents), (nameof(MostRequests), limits.MostRequests),
            (nameof(MostBulkRequests), limits.MostBulkRequests), (nameof(MostBufferedBytes), limits.MostBufferedBytes),
            (nameof(MostSeconds), limits.MostSeconds), (nameof(DriftSeconds), limits.DriftSeconds),
        ];
        foreach ((string name, long value) in all)
        {
            if (value <= 0)
                throw new BadInputException($"{Section}__{name} is {value}; expected a whole number above 0");
        }
        return limits;
    }

    private static ServingLimits Parse(IConfigurationSection section)
    {
        try
        {
            return section.Get<ServingLimits>() ?? new ServingLimits();
        }
        catch (InvalidOperationException e)
        {
            throw new BadInputException($"a setting {Section}__… has no value that it may have: {e.Message}", e);
        }
    }
}
