using System.Runtime.InteropServices;

namespace DaprHep.Learning.Models.Trees.XGBoost;

/// <summary>The part of XGBoost's C API (xgboost/c_api.h, 1.7) that growing trees takes. Every function gives 0 or, failed, −1.</summary>
internal static unsafe partial class XGBoostLibrary
{
    private const string Library = "libxgboost.so.0";

    [LibraryImport(Library)]
    internal static partial int XGDMatrixCreateFromMat_omp(
        float* data, ulong rows, ulong columns, float missing, out nint matrix, int threads);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int XGDMatrixSetFloatInfo(MatrixHandle matrix, string field, float* values, ulong count);

    [LibraryImport(Library)]
    internal static partial int XGDMatrixFree(nint matrix);

    [LibraryImport(Library)]
    internal static partial int XGBoosterCreate(nint[] matrices, ulong count, out nint booster);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int XGBoosterSetParam(BoosterHandle booster, string name, string value);

    [LibraryImport(Library)]
    internal static partial int XGBoosterUpdateOneIter(BoosterHandle booster, int iteration, MatrixHandle matrix);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int XGBoosterSaveModelToBuffer(BoosterHandle booster, string format, out ulong length, out byte* model);

    [LibraryImport(Library)]
    internal static partial int XGBoosterFree(nint booster);

    [LibraryImport(Library)]
    private static partial byte* XGBGetLastError();

    /// <summary>Turns the failure of a call into an exception with XGBoost's own words.</summary>
    /// <exception cref="XGBoostException">The call failed.</exception>
    internal static void Check(int status)
    {
        if (status == 0)
            return;
        // What follows the first line is a stack trace.
        var message = Marshal.PtrToStringUTF8((nint)XGBGetLastError()) ?? "unknown error";
        throw new XGBoostException($"XGBoost failed: {message.Split('\n', 2)[0]}");
    }

    /// <summary>A DMatrix.</summary>
    internal sealed class MatrixHandle : SafeHandle
    {
        internal MatrixHandle(nint matrix) : base(0, ownsHandle: true) => SetHandle(matrix);

        public override bool IsInvalid => handle == 0;

        protected override bool ReleaseHandle() => XGDMatrixFree(handle) == 0;
    }

    /// <summary>A Booster.</summary>
    internal sealed class BoosterHandle : SafeHandle
    {
        internal BoosterHandle(nint booster) : base(0, ownsHandle: true) => SetHandle(booster);

        public override bool IsInvalid => handle == 0;

        protected override bool ReleaseHandle() => XGBoosterFree(handle) == 0;
    }
}
