using System.Text.Json;
using DaprHep.Data.Events;
using DaprHep.Learning.Models;

namespace DaprHep.Learning.Training;

/// <summary>
/// The training options that can be set by name, as the hyper-parameters of a model can: in search spaces, requests, <c>--set</c> and
/// <c>model.json</c>. One line each says what it is called, which values make sense, and which option it is.
/// </summary>
public static class TrainingParameters
{
    private const int MostEpochs = 1_000_000;
    private const double LargestNorm = 1e30, LargestShare = 0.9, SmallestWeight = 1e-6, LargestWeight = 1e6;
    private const string Equal = "equal", Balanced = "balanced";
    private static readonly TrainingOptions Defaults = new();

    private static readonly Entry[] Entries =
    [
        new(HyperParameter.Whole("batch", Defaults.BatchSize, 1, 1 << 20),
            options => options.BatchSize,
            (options, value) => options with { BatchSize = value.Whole() }),
        new(HyperParameter.Whole("epochs", Defaults.Epochs, 1, MostEpochs),
            options => options.Epochs,
            (options, value) => options with { Epochs = value.Whole() }),
        new(HyperParameter.Real("learning_rate", Defaults.LearningRate, 1e-12, 1e3),
            options => options.LearningRate,
            (options, value) => options with { LearningRate = value.Number!.Value }),
        new(HyperParameter.Real("max_gradient_norm", LargestNorm, 1e-12, LargestNorm),
            options => double.IsFinite(options.MaxGradientNorm) ? options.MaxGradientNorm : null,
            (options, value) => options with { MaxGradientNorm = value.Number!.Value }),
        new(HyperParameter.Whole("stop_after", MostEpochs, 1, MostEpochs),
            options => options.PauseAfter > 0 ? options.PauseAfter : null,
            (options, value) => options with { PauseAfter = value.Whole() }),
        new(HyperParameter.OneOf("schedule", WordOf(Defaults.Schedule), WordsOf<LearningRateSchedule>()),
            options => WordOf(options.Schedule),
            (options, value) => options with { Schedule = ValueOf<LearningRateSchedule>(value.Text!) }),
        new(HyperParameter.OneOfOrReals(
                "class_weights", Equal, [Equal, Balanced], EventClasses.Names.Count, SmallestWeight, LargestWeight),
            ClassWeightsOf,
            (options, value) => options with
            {
                BalanceClasses = value.Text == Balanced,
                ClassWeights = [.. (value.Items ?? []).Select(weight => weight.Number!.Value)],
            }),
        new(HyperParameter.Whole("patience", Defaults.Patience, 0, MostEpochs),
            options => options.Patience,
            (options, value) => options with { Patience = value.Whole() }),
        new(HyperParameter.OneOf("stop_by", WordOf(Defaults.StopBy), WordsOf<StoppingFigure>()),
            options => WordOf(options.StopBy),
            (options, value) => options with { StopBy = ValueOf<StoppingFigure>(value.Text!) }),
        new(HyperParameter.Real("validation", Defaults.ValidationShare, 0, LargestShare),
            options => options.ValidationShare,
            (options, value) => options with { ValidationShare = value.Number!.Value }),
        new(HyperParameter.Flag("mirror", Defaults.Mirror),
            options => options.Mirror,
            (options, value) => options with { Mirror = value.Flag!.Value }),
    ];

    /// <summary>What training takes.</summary>
    public static IReadOnlyList<HyperParameter> Declared { get; } = [.. Entries.Select(entry => entry.Declared)];

    /// <summary>Everything that can be set when a model is trained: what the model takes, then what training takes.</summary>
    /// <exception cref="UnknownModelException">There is no model of that name.</exception>
    public static IReadOnlyList<HyperParameter> Of(string model) => [.. ModelRegistry.ParametersOf(model), .. Declared];

    /// <summary>
    /// The options with hyper-parameters set, those of training and those of <see cref="TrainingOptions.Model"/>. Early stopping gets
    /// <see cref="TrainingOptions.UsualValidationShare"/> to judge by where nothing is held back.
    /// </summary>
    /// <param name="options">What holds where nothing is set.</param>
    /// <param name="given">Values by name.</param>
    /// <exception cref="HyperParameterException">A name is unknown or a value makes no sense.</exception>
    /// <exception cref="UnknownModelException">There is no model of that name.</exception>
    public static TrainingOptions With(this TrainingOptions options, HyperParameters given)
    {
        _ = HyperParameter.Complete($"model '{options.Model}'", Of(options.Model), given);
        foreach (var entry in Entries)
        {
            if (given[entry.Declared.Name] is { } value)
                options = entry.Set(options, value);
        }

        return options with
        {
            ValidationShare = options is { Patience: > 0, ValidationShare: 0 }
                ? TrainingOptions.UsualValidationShare
                : options.ValidationShare,
            Parameters = options.Parameters.With(given.Where(name => Declared.All(parameter => parameter.Name != name))),
        };
    }

    /// <summary>
    /// What the options say of training, by name; what they say of the model is <see cref="TrainingOptions.Parameters"/>.
    /// </summary>
    public static HyperParameters ValuesOf(TrainingOptions options) =>
        new(Entries.Select(entry => KeyValuePair.Create(entry.Declared.Name, entry.Get(options)!)).Where(said => said.Value is not null));

    /// <summary>Those of some values that say anything else than what a model and its training do where nothing is said.</summary>
    /// <param name="model">The model.</param>
    /// <param name="given">Values by name.</param>
    /// <exception cref="UnknownModelException">There is no model of that name.</exception>
    public static HyperParameters Unusual(string model, HyperParameters given)
    {
        var usual = new HyperParameters(Of(model).Select(parameter => KeyValuePair.Create(parameter.Name, parameter.Default)))
            .With(ValuesOf(ModelRegistry.UsualTrainingOf(model)));
        return given.Where(name => !given[name]!.Equals(usual[name]));
    }

    private static HyperParameterValue ClassWeightsOf(TrainingOptions options) =>
        options.BalanceClasses ? Balanced
        : options.ClassWeights.Count == 0 ? Equal
        : HyperParameterValue.List([.. options.ClassWeights.Select(weight => (HyperParameterValue)weight)]);

    private static int Whole(this HyperParameterValue value) => checked((int)value.Number!.Value);

    private static string WordOf<TEnum>(TEnum value)
        where TEnum : struct, Enum => JsonNamingPolicy.SnakeCaseLower.ConvertName(value.ToString());

    private static string[] WordsOf<TEnum>()
        where TEnum : struct, Enum => [.. Enum.GetValues<TEnum>().Select(WordOf)];

    private static TEnum ValueOf<TEnum>(string word)
        where TEnum : struct, Enum => Enum.GetValues<TEnum>().First(value => WordOf(value) == word);

    /// <summary>A training option that can be set by name.</summary>
    /// <param name="Declared">Its name, its default and which values make sense.</param>
    /// <param name="Get">What options say of it; null for nothing.</param>
    /// <param name="Set">Options that say something else of it.</param>
    private sealed record Entry(
        HyperParameter Declared,
        Func<TrainingOptions, HyperParameterValue?> Get,
        Func<TrainingOptions, HyperParameterValue, TrainingOptions> Set);
}
