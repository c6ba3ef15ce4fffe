using F = Apache.Arrow.Ipc.MessageFormat;

namespace Apache.Arrow.Ipc;

/// <summary>What reading a stream and reading a file have in common: the schema, the dictionaries so far, messages into batches.</summary>
internal sealed class BatchReader(ICompressionCodecFactory? codecs)
{
    private readonly Dictionary<long, ArrayData> _dictionaries = [];
    private readonly Dictionary<long, ColumnLayout> _dictionaryColumns = [];
    private ColumnLayout[] _columns = [];

    public Schema? Schema { get; private set; }

    public void TakeSchema((Schema Schema, ColumnLayout[] Columns) decoded)
    {
        (Schema, _columns) = decoded;
        foreach (var column in ColumnLayout.WithDictionary(_columns))
            _dictionaryColumns[column.DictionaryId!.Value] = column.Dictionary;
    }

    public void TakeSchema(Message message)
    {
        if (message.Header != F.Header.Schema)
            throw new InvalidDataException($"{message.Where}: expected a schema, found {message.Header}.");
        TakeSchema(SchemaDecoder.Decode(message.Table(), message.Metadata.Length));
    }

    public void TakeDictionary(Message message)
    {
        if (message.Header != F.Header.DictionaryBatch)
            throw new InvalidDataException($"{message.Where}: expected a dictionary batch, found {message.Header}.");
        var table = message.Table();
        long id = table.Int64(F.DictionaryBatch.Id);
        if (!_dictionaryColumns.TryGetValue(id, out var column))
            throw new InvalidDataException($"{message.Where}: expected a dictionary of the schema, found id {id}.");
        if (table.Bool(F.DictionaryBatch.IsDelta))
            throw new NotSupportedException($"{message.Where}: delta dictionaries are not supported.");
        var batch = table.Table(F.DictionaryBatch.Data, "record batch");
        var decoder = new BatchDecoder(message.Where, batch, message.Body, _dictionaries, codecs);
        _dictionaries[id] = decoder.Decode([column])[0];
    }

    public RecordBatch MakeBatch(Message message)
    {
        if (message.Header != F.Header.RecordBatch)
            throw new InvalidDataException($"{message.Where}: expected a record batch, found {message.Header}.");
        var decoder = new BatchDecoder(message.Where, message.Table(), message.Body, _dictionaries, codecs);
        var arrays = decoder.Decode(_columns);
        return new RecordBatch(Schema!, arrays.Select(ArrowArrayFactory.BuildArray), decoder.Length);
    }
}
