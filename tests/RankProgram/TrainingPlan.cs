using System.Globalization;
using DaprHep.Learning.Models;
using DaprHep.Learning.Training;

namespace DaprHep.RankProgram;

/// <summary>A small training on made-up events, the same in the test and in the ranks that it starts.</summary>
/// <param name="Folder">Where ranks leave what they did.</param>
/// <param name="Model">The model.</param>
/// <param name="Events">Training events of all ranks.</param>
/// <param name="Batch">Events of a batch, over all ranks.</param>
/// <param name="Epochs">Epochs.</param>
/// <param name="Pause">Milliseconds that every step takes at least, so that a test can come in between.</param>
/// <param name="ByLibTorch">Whether libtorch computes, as it does on a GPU.</param>
/// <param name="Hidden">The width of two dense layers in place of the model's own; 0 for these.</param>
internal sealed record TrainingPlan(
    string Folder, string Model, int Events, int Batch, int Epochs, int Pause = 0, bool ByLibTorch = false, int Hidden = 0)
{
    internal const int Classes = 3;
    private const int Features = 14, TestEvents = 61, WordsEach = 8;

    internal TrainingOptions Options => new()
    {
        Model = Model, BatchSize = Batch, Epochs = Epochs, LogEvery = 3, CheckpointEvery = 2, MaxGradientNorm = 5, Seed = 7,
        ByLibTorch = ByLibTorch,
        Parameters = HyperParameters.Parse(Hidden > 0 ? [string.Create(CultureInfo.InvariantCulture, $"hidden=[{Hidden},{Hidden}]")] : []),
    };

    internal string[] Arguments => ArgumentsOf(this);

    /// <summary>What tells ranks to go through several trainings, one after the other.</summary>
    internal static string[] ArgumentsOf(params IEnumerable<TrainingPlan> plans) => ["train", .. plans.SelectMany(plan => plan.Words)];

    internal static IEnumerable<TrainingPlan> Parse(string[] arguments) => arguments.Skip(1).Chunk(WordsEach).Select(words =>
    {
        var numbers = Array.ConvertAll(words[2..], text => int.Parse(text, CultureInfo.InvariantCulture));
        return new TrainingPlan(words[0], words[1], numbers[0], numbers[1], numbers[2], numbers[3], numbers[4] == 1, numbers[5]);
    });

    private IEnumerable<string> Words =>
    [
        Folder, Model,
        .. new[] { Events, Batch, Epochs, Pause, ByLibTorch ? 1 : 0, Hidden }
            .Select(number => number.ToString(CultureInfo.InvariantCulture)),
    ];

    /// <summary>Rows of the training and of the test events; an event's id is its row.</summary>
    internal TrainingData Data(Func<int, (int First, int End)> share) => new(Draw(share(Events), 1), Draw(share(TestEvents), 2));

    private static LabelledEvents Draw((int First, int End) rows, int part)
    {
        var count = rows.End - rows.First;
        var features = new float[count * Features];
        var labels = new sbyte[count];
        var ids = new ulong[count];
        var offsets = new int[count + 1];
        var particles = new List<float>();
        for (var i = 0; i < count; i++)
        {
            var random = new SeededRandom((ulong)(rows.First + i), SeededRandom.Stream.Bootstrap, part);
            ids[i] = (ulong)(rows.First + i);
            labels[i] = (sbyte)((rows.First + i) % Classes);
            for (var k = 0; k < Features; k++)
                features[i * Features + k] = (float)random.NextDouble() + (k % Classes == labels[i] ? 0.5f : 0);
            offsets[i + 1] = offsets[i] + 1 + random.NextBelow(20);
            for (var k = offsets[i] * ParticleSequences.Columns; k < offsets[i + 1] * ParticleSequences.Columns; k++)
                particles.Add((float)(2 * random.NextDouble() - 1));
        }

        return new LabelledEvents(features, labels, Features, new ParticleSequences(particles.ToArray(), offsets, default)) { Ids = ids };
    }
}
