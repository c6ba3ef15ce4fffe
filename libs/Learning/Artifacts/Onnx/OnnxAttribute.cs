namespace DaprHep.Learning.Artifacts.Onnx;

/// <summary>An attribute of a node (AttributeProto).</summary>
internal sealed class OnnxAttribute
{
    private const int IsFloat = 1, IsInt = 2, IsString = 3, IsFloats = 6, IsInts = 7, IsStrings = 8;

    private readonly string _name;
    private readonly int _type;
    private readonly Action<ProtobufWriter> _writeValue;

    internal OnnxAttribute(string name, long value) : this(name, IsInt, attribute => attribute.Number(3, value))
    {
    }

    internal OnnxAttribute(string name, float value) : this(name, IsFloat, attribute => attribute.Number(2, value))
    {
    }

    internal OnnxAttribute(string name, string value) : this(name, IsString, attribute => attribute.Text(4, value))
    {
    }

    internal OnnxAttribute(string name, IEnumerable<long> values) : this(name, IsInts, attribute =>
    {
        foreach (var value in values)
            attribute.Number(8, value);
    })
    {
    }

    internal OnnxAttribute(string name, IEnumerable<float> values) : this(name, IsFloats, attribute =>
    {
        foreach (var value in values)
            attribute.Number(7, value);
    })
    {
    }

    internal OnnxAttribute(string name, IEnumerable<string> values) : this(name, IsStrings, attribute =>
    {
        foreach (var value in values)
            attribute.Text(9, value);
    })
    {
    }

    private OnnxAttribute(string name, int type, Action<ProtobufWriter> writeValue) =>
        (_name, _type, _writeValue) = (name, type, writeValue);

    internal void WriteTo(ProtobufWriter writer)
    {
        writer.Text(1, _name);
        _writeValue(writer);
        writer.Number(20, _type);
    }
}
