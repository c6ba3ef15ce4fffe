using System.CommandLine;
using System.Globalization;
using DaprHep.Hosting.Contracts;
using DaprHep.Learning.Models;
using DaprHep.Learning.Training;

namespace DaprHep.Cli.Commands;

/// <summary>
/// How a model is trained: the options that <c>train</c> and <c>run</c> share. Most are hyper-parameters of the training by other names,
/// and <c>--set</c> takes the rest.
/// </summary>
internal sealed class TrainingArguments
{
    private static readonly TrainingOptions Defaults = new();

    private readonly Option<int?> _epochs = NumberOption.Optional(
        "--epochs", "Passes over the training events, at most; default 50, recurrent models 25.", 1);

    private readonly Option<int?> _batch = NumberOption.Optional("--batch", $"Events a gradient step; default {Defaults.BatchSize}.", 1);

    private readonly Option<int> _seed = NumberOption.Create(
        "--seed", "Seed of everything random; the same seed and input give the same model.", 1, 0);

    private readonly Option<double?> _rate = NumberOption.Positive(
        "--lr", $"Learning rate, the largest where it changes; default {Defaults.LearningRate}.");

    private readonly Option<string?> _schedule = new("--schedule")
    {
        Description = "How the learning rate changes: constant, cosine or one-cycle; default cosine.",
    };

    private readonly Option<double?> _norm = NumberOption.Positive("--max-gradient-norm", "Scale larger gradients down to this norm.");

    private readonly Option<string?> _weights = new("--class-weights")
    {
        Description = "How much an event of each class counts: balanced, or a number for each class.",
        HelpName = "balanced|W,W,W",
    };

    private readonly Option<int?> _patience = NumberOption.Optional(
        "--patience", "Stop after so many epochs without a better validation figure, and keep the best weights; default 0: never.", 0);

    private readonly Option<string?> _stopBy = new("--stop-by") { Description = "That figure: loss (default) or auc." };

    private readonly Option<double?> _validation = NumberOption.Positive(
        "--validation",
        $"Share of the training events to hold back for it; default {TrainingOptions.UsualValidationShare} with --patience.");

    private readonly Option<bool?> _mirror = new("--mirror")
    {
        Description = "Learn from mirror images of the events too (η → −η, φ → −φ); default true for recurrent models.",
        HelpName = "true|false",
    };

    private readonly Option<string[]> _set = new("--set")
    {
        Description = "A hyper-parameter of the model or the training, e.g. units=64.",
        HelpName = "NAME=VALUE",
    };

    private readonly Option<int> _ranks = NumberOption.Create(
        "--ranks", "Processes that train together; the batch is divided among them, and so are the cores.", 1, 1,
        PipelineRequest.MostRanks);

    private readonly DeviceArguments _device;

    /// <summary>Adds the options to a command.</summary>
    public TrainingArguments(Command command)
    {
        _schedule.AcceptOnlyFromAmong("constant", "cosine", "one-cycle");
        _stopBy.AcceptOnlyFromAmong("loss", "auc");
        foreach (Option option in (Option[])
            [_epochs, _batch, _seed, _rate, _schedule, _norm, _weights, _patience, _stopBy, _validation, _mirror, _set, _ranks])
        {
            command.Add(option);
        }
        _device = new DeviceArguments(command);
    }

    /// <summary>The seed.</summary>
    public int SeedOf(ParseResult parsed) => parsed.GetValue(_seed);

    /// <summary>How many processes train together.</summary>
    public int RanksOf(ParseResult parsed) => parsed.GetValue(_ranks);

    /// <summary>How a model is trained on this machine.</summary>
    /// <exception cref="UnknownModelException">There is no model of that name.</exception>
    /// <exception cref="HyperParameterException">A hyper-parameter is unknown or makes no sense.</exception>
    /// <exception cref="TrainingDeviceException">The device is not there, or the training cannot run on it.</exception>
    /// <exception cref="TrainingDataException">So many ranks cannot train it.</exception>
    public TrainingOptions OptionsFor(string model, ParseResult parsed)
    {
        TrainingOptions usual = ModelRegistry.UsualTrainingOf(model) with
        {
            Seed = (ulong)SeedOf(parsed),
            Device = _device.Of(parsed),
            MixedPrecision = _device.IsMixedPrecision(parsed),
        };
        TrainingOptions options = usual.With(GivenBy(parsed));
        options.CheckDevice();
        options.CheckRanks(RanksOf(parsed));
        return options;
    }

    /// <summary>A request for a run, with the training that is asked for.</summary>
    public PipelineRequest Ask(PipelineRequest request, ParseResult parsed)
    {
        HyperParameters given = GivenBy(parsed);
        var training = new TrainingRequest
        {
            Parameters = given.Where(name => name is not ("epochs" or "batch")) is { Count: > 0 } others ? others.ToJson() : null,
            Device = _device.NameOf(parsed),
            MixedPrecision = _device.IsMixedPrecision(parsed),
        };
        return request with
        {
            Epochs = given["epochs"] is null ? null : given.Whole("epochs"),
            Batch = given["batch"] is null ? request.Batch : given.Whole("batch"),
            Seed = SeedOf(parsed),
            Ranks = RanksOf(parsed),
            Training = training == new TrainingRequest() ? null : training,
        };
    }

    /// <summary>The hyper-parameters that are given, by whichever option.</summary>
    private HyperParameters GivenBy(ParseResult parsed)
    {
        var given = new Dictionary<string, HyperParameterValue>();
        Add("epochs", parsed.GetValue(_epochs) is { } epochs ? epochs : null);
        Add("batch", parsed.GetValue(_batch) is { } batch ? batch : null);
        Add("learning_rate", parsed.GetValue(_rate) is { } rate ? rate : null);
        Add("schedule", parsed.GetValue(_schedule) is { } schedule ? (HyperParameterValue)schedule.Replace('-', '_') : null);
        Add("max_gradient_norm", parsed.GetValue(_norm) is { } norm ? norm : null);
        Add("class_weights", parsed.GetValue(_weights) is { } weights ? WeightsOf(weights) : null);
        Add("patience", parsed.GetValue(_patience) is { } patience ? patience : null);
        Add("stop_by", parsed.GetValue(_stopBy) is { } figure ? (HyperParameterValue)figure : null);
        Add("validation", parsed.GetValue(_validation) is { } share ? Share(share) : null);
        Add("mirror", parsed.GetValue(_mirror) is { } mirror ? mirror : null);
        HyperParameters set = HyperParameters.Parse(parsed.GetValue(_set) ?? []);
        if (set.Names.FirstOrDefault(given.ContainsKey) is { } twice)
            throw new UsageException($"--set {twice}={set[twice]}: another option gives {twice} too; leave one of the two out");
        return new HyperParameters(given).With(set);

        void Add(string name, HyperParameterValue? value)
        {
            if (value is not null)
                given.Add(name, value);
        }
    }

    private static HyperParameterValue WeightsOf(string text) => text == "balanced"
        ? text
        : HyperParameterValue.List([.. text.Split(',').Select(part => WeightOf(part, text))]);

    private static HyperParameterValue WeightOf(string part, string text)
    {
        bool isNumber = double.TryParse(part, NumberStyles.Float, CultureInfo.InvariantCulture, out double weight);
        return isNumber && weight > 0 && double.IsFinite(weight)
            ? weight
            : throw new UsageException($"--class-weights {text}: expected balanced, or a positive number for each class, like 1,2,1");
    }

    private static double Share(double share) =>
        share < 1
            ? share
            : throw new UsageException($"--validation {share.ToString(CultureInfo.InvariantCulture)}: expected a share below 1");
}
