using System.Text.Json;
using DaprHep.Learning.Models;

namespace DaprHep.Learning.Training;

/// <summary>The training options that can be set by name, as the hyper-parameters of a model can.</summary>
public static class TrainingParameters
{
    private const int MostEpochs = 1_000_000;
    private static readonly TrainingOptions Defaults = new();

    private static readonly string[] Schedules =
        [.. Enum.GetNames<LearningRateSchedule>().Select(JsonNamingPolicy.SnakeCaseLower.ConvertName)];

    /// <summary>What training takes.</summary>
    public static IReadOnlyList<HyperParameter> Declared { get; } =
    [
        HyperParameter.Whole("batch", Defaults.BatchSize, 1, 1 << 20),
        HyperParameter.Whole("epochs", Defaults.Epochs, 1, MostEpochs),
        HyperParameter.Real("learning_rate", Defaults.LearningRate, 1e-12, 1e3),
        HyperParameter.Real("max_gradient_norm", 1e30, 1e-12, 1e30),
        HyperParameter.Whole("stop_after", MostEpochs, 1, MostEpochs),
        HyperParameter.OneOf("schedule", JsonNamingPolicy.SnakeCaseLower.ConvertName($"{Defaults.Schedule}"), Schedules),
    ];

    /// <summary>Everything that can be set when a model is trained: what the model takes, then what training takes.</summary>
    /// <exception cref="UnknownModelException">There is no model of that name.</exception>
    public static IReadOnlyList<HyperParameter> Of(string model) => [.. ModelRegistry.ParametersOf(model), .. Declared];

    /// <summary>The options with hyper-parameters set, those of training and those of <see cref="TrainingOptions.Model"/>.</summary>
    /// <param name="options">What holds where nothing is set.</param>
    /// <param name="given">Values by name.</param>
    /// <exception cref="HyperParameterException">A name is unknown or a value makes no sense.</exception>
    /// <exception cref="UnknownModelException">There is no model of that name.</exception>
    public static TrainingOptions With(this TrainingOptions options, HyperParameters given)
    {
        _ = HyperParameter.Complete($"model '{options.Model}'", Of(options.Model), given);
        return options with
        {
            BatchSize = given["batch"] is null ? options.BatchSize : given.Whole("batch"),
            Epochs = given["epochs"] is null ? options.Epochs : given.Whole("epochs"),
            LearningRate = given["learning_rate"]?.Number ?? options.LearningRate,
            MaxGradientNorm = given["max_gradient_norm"]?.Number ?? options.MaxGradientNorm,
            PauseAfter = given["stop_after"] is null ? options.PauseAfter : given.Whole("stop_after"),
            Schedule = given["schedule"]?.Text is { } schedule
                ? Enum.GetValues<LearningRateSchedule>()[Array.IndexOf(Schedules, schedule)]
                : options.Schedule,
            Parameters = given.Where(name => Declared.All(parameter => parameter.Name != name)),
        };
    }
}
