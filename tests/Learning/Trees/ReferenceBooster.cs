using System.Globalization;
using System.Runtime.InteropServices;
using DaprHep.Learning.Training;

namespace DaprHep.Learning.Tests.Trees;

/// <summary>XGBoost as everybody uses it: one booster for all rounds, and its own predictions.</summary>
internal static unsafe partial class ReferenceBooster
{
    private const string Library = "libxgboost.so.0";

    /// <summary>Trains on some events without sampling and gives the scores of others before the softmax.</summary>
    internal static float[] Scores(LabelledEvents train, LabelledEvents test, int rounds, params (string Name, double Value)[] settings)
    {
        var (matrix, other) = (Matrix(train), Matrix(test));
        Check(XGBoosterCreate([matrix], 1, out var booster));
        foreach (var (name, value) in settings)
            Check(XGBoosterSetParam(booster, name, value.ToString("R", CultureInfo.InvariantCulture)));
        Check(XGBoosterSetParam(booster, "objective", "multi:softprob"));
        Check(XGBoosterSetParam(booster, "tree_method", "hist"));
        for (var round = 0; round < rounds; round++)
            Check(XGBoosterUpdateOneIter(booster, round, matrix));
        const int Margin = 1;
        Check(XGBoosterPredict(booster, other, Margin, 0, 0, out var length, out var values));
        var scores = new ReadOnlySpan<float>(values, (int)length).ToArray();
        _ = XGBoosterFree(booster);
        _ = XGDMatrixFree(matrix);
        _ = XGDMatrixFree(other);
        return scores;
    }

    private static nint Matrix(LabelledEvents events)
    {
        nint matrix;
        fixed (float* features = events.Features.Span)
            Check(XGDMatrixCreateFromMat(features, (ulong)events.Count, (ulong)events.FeatureCount, float.NaN, out matrix));
        float[] labels = [.. events.Labels.ToArray().Select(label => (float)label)];
        Check(XGDMatrixSetFloatInfo(matrix, "label", labels, (ulong)labels.Length));
        return matrix;
    }

    private static void Check(int status) => status.ShouldBe(0);

    [LibraryImport(Library)]
    private static partial int XGDMatrixCreateFromMat(float* data, ulong rows, ulong columns, float missing, out nint matrix);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int XGDMatrixSetFloatInfo(nint matrix, string field, float[] values, ulong count);

    [LibraryImport(Library)]
    private static partial int XGDMatrixFree(nint matrix);

    [LibraryImport(Library)]
    private static partial int XGBoosterCreate(nint[] matrices, ulong count, out nint booster);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int XGBoosterSetParam(nint booster, string name, string value);

    [LibraryImport(Library)]
    private static partial int XGBoosterUpdateOneIter(nint booster, int iteration, nint matrix);

    [LibraryImport(Library)]
    private static partial int XGBoosterPredict(
        nint booster, nint matrix, int options, uint trees, int training, out ulong length, out float* values);

    [LibraryImport(Library)]
    private static partial int XGBoosterFree(nint booster);
}
