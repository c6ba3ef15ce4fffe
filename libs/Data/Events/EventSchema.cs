using Apache.Arrow;
using Apache.Arrow.Types;

namespace DaprHep.Data.Events;

/// <summary>
/// The Arrow schema of event data: one row an event, float32 throughout, particles ragged.
/// Both stages use it: <c>events</c> in GeV, rad and mm as ingest found them, <c>training</c> with scaled features.
/// </summary>
public static class EventSchema
{
    /// <summary>Number of high-level features of an event.</summary>
    public const int Features = 14;

    /// <summary>Number of columns of a particle row.</summary>
    public const int ParticleColumns = 19;

    /// <summary>Source id and tree entry of the event.</summary>
    public const string Event = "event";

    /// <summary>0 QCD, 1 top pair, 2 W+jets, −1 unlabelled.</summary>
    public const string Label = "label";

    /// <summary>The high-level features.</summary>
    public const string Hlf = "hlf";

    /// <summary>The particles, lepton first in <c>events</c>.</summary>
    public const string Particles = "particles";

    /// <summary>
    /// Only in training data with <c>cern2019</c> physics: the row of the sequence that stands for the run of equal rows which padding to
    /// 801 leaves in its midst; −1 where there is none.
    /// </summary>
    public const string Padding = "padding";

    /// <summary>Field metadata key under which the column names of a fixed-size list are kept, separated by spaces.</summary>
    public const string Names = "names";

    private static readonly FixedSizeListType HlfType = new(new Field("item", FloatType.Default, nullable: false), Features);
    private static readonly FixedSizeListType ParticleType = new(new Field("item", FloatType.Default, nullable: false), ParticleColumns);
    private static readonly ListType ParticlesType = new(new Field("item", ParticleType, nullable: false));

    internal static FixedSizeListType HlfList => HlfType;

    internal static FixedSizeListType ParticleRow => ParticleType;

    internal static ListType ParticleList => ParticlesType;

    /// <summary>The schema, with the names of the features and of the particle columns as field metadata.</summary>
    /// <param name="featureNames">The 14 feature names, in order.</param>
    /// <param name="particleNames">The 19 particle column names, in order.</param>
    /// <param name="metadata">Schema metadata, for instance the physics profile and the software version.</param>
    /// <param name="padded">Whether there is a <see cref="Padding"/> column.</param>
    public static Schema Create(
        IReadOnlyList<string> featureNames,
        IReadOnlyList<string> particleNames,
        IReadOnlyDictionary<string, string> metadata,
        bool padded = false)
    {
        List<Field> fields =
        [
            new(Event, UInt64Type.Default, nullable: false),
            new(Label, Int8Type.Default, nullable: false),
            new(Hlf, HlfType, nullable: false, [KeyValuePair.Create(Names, string.Join(' ', featureNames))]),
            new(Particles, ParticlesType, nullable: false, [KeyValuePair.Create(Names, string.Join(' ', particleNames))]),
        ];
        if (padded)
            fields.Add(new Field(Padding, Int32Type.Default, nullable: false));
        return new Schema(fields, metadata);
    }
}
