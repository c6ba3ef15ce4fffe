using System.Globalization;
using System.Numerics;
using System.Text.Json.Nodes;
using DaprHep.Learning.Models;
using DaprHep.Learning.Training;

namespace DaprHep.Learning.Tuning;

/// <summary>What is searched: hyper-parameters of a model and of its training, each constant or with the values it may have.</summary>
public sealed class SearchSpace
{
    private readonly IReadOnlyList<Parameter> _parameters;

    internal SearchSpace(string source, JsonObject json, IReadOnlyList<Parameter> parameters)
    {
        Source = source;
        Json = json;
        _parameters = parameters;
        Dimensions = [.. parameters.SelectMany(parameter => parameter.Places).Select(place => place.Searched).OfType<SearchDimension>()];
        Size = Dimensions.Aggregate(
            (BigInteger?)BigInteger.One, (size, dimension) => dimension.Count is { } count ? size * count : null);
    }

    /// <summary>What it was read from, for errors.</summary>
    public string Source { get; }

    /// <summary>The space as it is written down, as JSON; <see cref="SearchSpaceReader"/> reads that too.</summary>
    public JsonObject Json { get; }

    /// <summary>All that is searched, in the order of the file.</summary>
    public IReadOnlyList<SearchDimension> Dimensions { get; }

    /// <summary>How many points there are; null for uncountably many.</summary>
    public BigInteger? Size { get; }

    /// <summary>The names of the hyper-parameters, in the order of the file.</summary>
    public IEnumerable<string> Names => _parameters.Select(parameter => parameter.Name);

    /// <summary>Makes sure that a model, or its training, takes every hyper-parameter with every value it may have.</summary>
    /// <param name="model">The model's name.</param>
    /// <exception cref="UnknownModelException">There is no model of that name.</exception>
    /// <exception cref="SearchSpaceException">A hyper-parameter is unknown or one of its values makes no sense.</exception>
    public void Check(string model)
    {
        var declared = TrainingParameters.Of(model);
        foreach (var parameter in _parameters)
        {
            try
            {
                var known = declared.FirstOrDefault(known => known.Name == parameter.Name)
                    ?? throw HyperParameterException.Unknown(parameter.Name, $"model '{model}'", declared);
                foreach (var value in parameter.Probes())
                    known.Check(value);
            }
            catch (HyperParameterException e)
            {
                throw new SearchSpaceException(Source, parameter.Line, parameter.Name, e.Problem);
            }
        }
    }

    /// <summary>Makes sure that a study can search it in the way it is told to.</summary>
    /// <exception cref="SearchSpaceException">It cannot.</exception>
    internal void CheckFor(StudyOptions study)
    {
        if (study.Algorithm == TuningAlgorithm.Asha && Dimensions.FirstOrDefault(d => d.Field == "epochs") is { } epochs)
        {
            throw new SearchSpaceException(
                Source, epochs.Line, epochs.Field, "ASHA itself decides how long a trial trains; give a constant, the most there may be");
        }

        if (study.Algorithm != TuningAlgorithm.Grid)
            return;
        if (Dimensions.FirstOrDefault(d => d.Count is null) is { } uncountable)
        {
            throw new SearchSpaceException(
                Source, uncountable.Line, uncountable.Field, "a grid needs values that can be counted; give 'choice' or 'int'");
        }

        if (study.Trials is null && Size > StudyOptions.MostTrials)
        {
            throw new SearchSpaceException(
                Source, Dimensions[0].Line, "", $"the grid has {Size} points; at most {StudyOptions.MostTrials} are possible");
        }
    }

    /// <summary>A point drawn at random.</summary>
    internal HyperParameterValue[] RandomPoint(ref SeededRandom random)
    {
        var point = new HyperParameterValue[Dimensions.Count];
        for (var d = 0; d < point.Length; d++)
            point[d] = Dimensions[d].At(random.NextDouble());
        return point;
    }

    /// <summary>The points in the order of an odometer: the last dimension turns fastest.</summary>
    internal HyperParameterValue[] GridPoint(int index)
    {
        var point = new HyperParameterValue[Dimensions.Count];
        for (var d = point.Length - 1; d >= 0; d--)
        {
            (index, var digit) = Math.DivRem(index, Dimensions[d].Count!.Value);
            point[d] = Dimensions[d].Item(digit);
        }

        return point;
    }

    /// <summary>The hyper-parameters at a point.</summary>
    /// <param name="point">A value for each of <see cref="Dimensions"/>.</param>
    public HyperParameters At(IReadOnlyList<HyperParameterValue> point)
    {
        var next = 0;
        return new(_parameters.Select(parameter =>
        {
            var values = parameter.Places.Select(place => place.Constant ?? point[next++]).ToArray();
            return KeyValuePair.Create(parameter.Name, parameter.IsList ? HyperParameterValue.List(values) : values[0]);
        }));
    }

    /// <summary>The values of <see cref="Dimensions"/> that hyper-parameters have: the opposite of <see cref="At"/>.</summary>
    public IReadOnlyList<HyperParameterValue> PointOf(HyperParameters parameters) =>
    [
        .. _parameters.SelectMany(parameter => parameter.Places.Select((place, i) => place.Searched is null
            ? null
            : parameter.IsList ? parameters[parameter.Name]!.Items![i] : parameters[parameter.Name])).OfType<HyperParameterValue>(),
    ];

    /// <summary>Whether these are hyper-parameters at one of its points.</summary>
    internal bool Holds(HyperParameters parameters) =>
        parameters.Names.SequenceEqual(Names.Order(StringComparer.Ordinal))
        && _parameters.All(parameter => !parameter.IsList || parameters[parameter.Name]!.Items?.Count == parameter.Places.Count)
        && parameters.Equals(At([.. Dimensions.Zip(PointOf(parameters), (dimension, value) => dimension.Nearest(value))]));

    /// <summary>One hyper-parameter.</summary>
    /// <param name="Name">Its name.</param>
    /// <param name="Line">Its line in the file, from 1.</param>
    /// <param name="IsList">Whether its value is a list of what stands at the places.</param>
    /// <param name="Places">The places of the list, or just one.</param>
    internal sealed record Parameter(string Name, int Line, bool IsList, IReadOnlyList<Place> Places)
    {
        /// <summary>Enough of the values it may have to know that all make sense.</summary>
        internal IEnumerable<HyperParameterValue> Probes()
        {
            HyperParameterValue[] first = [.. Places.Select(place => place.Constant ?? place.Searched!.At(0))];
            if (!IsList)
                return ProbesOf(Places[0]);
            return Places.SelectMany((place, i) => ProbesOf(place).Select(value =>
                HyperParameterValue.List([.. first[..i], value, .. first[(i + 1)..]]))).DefaultIfEmpty(HyperParameterValue.List(first));
        }

        private static IEnumerable<HyperParameterValue> ProbesOf(Place place)
        {
            if (place.Constant is { } constant)
                return [constant];
            var dimension = place.Searched!;
            return dimension.IsOrdered
                ? [dimension.At(0), dimension.At(1)]
                : Enumerable.Range(0, dimension.Count!.Value).Select(dimension.Item);
        }
    }

    /// <summary>Either a constant or something searched.</summary>
    internal sealed record Place(HyperParameterValue? Constant, SearchDimension? Searched);
}

/// <summary>A search space is written wrongly, or does not fit its model.</summary>
/// <param name="source">The file.</param>
/// <param name="line">The line, from 1.</param>
/// <param name="field">The field, e.g. <c>hidden[1].choice</c>; empty for the file itself.</param>
/// <param name="problem">What was expected and found.</param>
public sealed class SearchSpaceException(string source, int line, string field, string problem) : Exception(
    string.Create(CultureInfo.InvariantCulture, $"{source}: line {line}: {(field.Length > 0 ? field + ": " : "")}{problem}"))
{
    /// <summary>The line, from 1.</summary>
    public int Line { get; } = line;

    /// <summary>The field.</summary>
    public string Field { get; } = field;
}
