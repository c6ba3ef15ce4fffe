namespace DaprHep.Learning.Models.Recurrent;

/// <summary>
/// Deals the events of a batch to the lanes of tiles. A lane has several events, one behind the other: the next longest event always goes
/// to the lane with the fewest steps so far, so that lanes end at about the same step, and lanes of about the same length share a tile.
/// With one event a lane, the shorter ones would leave lanes idle, the more so the fewer events there are: an eighth of all steps for 128,
/// a quarter for 64. The plan depends on lengths alone.
/// </summary>
internal sealed class LanePlan
{
    /// <summary>Events of a lane, on average: the more, the fewer lanes are idle; the fewer, the more threads have tiles.</summary>
    private const int EventsOfLane = 2;

    private readonly PriorityQueue<int, long> _shortest = new();
    private int[] _places = [];
    private int[] _ranks = [];

    /// <summary>How many tiles there are.</summary>
    internal int Tiles { get; private set; }

    /// <summary>Makes a plan.</summary>
    /// <param name="steps">How many steps each event has, the longest first.</param>
    internal void Make(ReadOnlySpan<int> steps)
    {
        const int EventsOfTile = EventsOfLane * SequenceTile.Width;
        Tiles = (steps.Length + EventsOfTile - 1) / EventsOfTile;
        var lanes = Tiles * SequenceTile.Width;
        if (_places.Length < steps.Length)
            _places = new int[steps.Length];
        if (_ranks.Length < lanes)
            _ranks = new int[lanes];

        // A key is a lane's steps so far, then its number, so that the choice among equally short ones is always the same.
        for (var lane = 0; lane < lanes; lane++)
            _shortest.Enqueue(lane, lane);
        for (var i = 0; i < steps.Length; i++)
        {
            _shortest.TryPeek(out _places[i], out var key);
            _shortest.DequeueEnqueue(_places[i], key + ((long)steps[i] << 32));
        }

        for (var rank = lanes - 1; rank >= 0; rank--)
            _ranks[_shortest.Dequeue()] = rank;
        for (var i = 0; i < steps.Length; i++)
            _places[i] = _ranks[_places[i]];
    }

    /// <summary>Where an event is stepped through.</summary>
    internal (int Tile, int Lane) PlaceOf(int index) => Math.DivRem(_places[index], SequenceTile.Width);
}
