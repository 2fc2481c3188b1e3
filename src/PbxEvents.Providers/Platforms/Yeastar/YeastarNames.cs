using System.Globalization;
using System.Runtime.CompilerServices;
using PbxEvents.Providers.Contracts;
using PbxEvents.Providers.Platforms.Kit;

namespace PbxEvents.Providers.Platforms.Yeastar;

/// <summary>The PBX's extensions and queues by name (history/directory.md, Yeastar P-Series).</summary>
/// <param name="api">Asks the PBX.</param>
internal sealed class YeastarNames(YeastarRecordApi api) : DirectoryReader
{
    private const string Extensions = "the names of extensions", Queues = "the names of queues";
    private const int PageSize = 100;

    /// <summary>A PBX may give pages far smaller than it was asked for.</summary>
    private const int MaxPages = 2000;

    private static readonly FieldNames Names = new();

    private static readonly Field
        Number = Names.Add("number"), Name = Names.Add("name"), CallerIdName = Names.Add("caller_id_name"), FirstName = Names.Add("first_name"),
        LastName = Names.Add("last_name"), Total = Names.Add("total_number");

    /// <inheritdoc/>
    public override IReadOnlyList<DirectoryList> Lists { get; } =
    [
        new(DirectoryKind.Extension, Extensions, c => ReadAsync(api, Extensions, "extension/list", "data", c)),
        new(DirectoryKind.Queue, Queues, c => ReadAsync(api, Queues, "queue/list", "queue_list", c)),
    ];

    /// <summary>30022 tells of extensions; nothing tells of queues.</summary>
    /// <inheritdoc/>
    public override bool IsChange(PbxEvent pbxEvent) => pbxEvent.Name == "30022";

    private static async IAsyncEnumerable<IReadOnlyList<DirectoryName>> ReadAsync(
        YeastarRecordApi api, string what, string function, string array, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var fields = new JsonFields(Names, new Utf8Pool());
        var read = 0;
        for (var page = 1; page <= MaxPages; page++)
        {
            var reply = await api.AskAsync(what, function,
            [
                ("page", page.ToString(CultureInfo.InvariantCulture)), ("page_size", PageSize.ToString(CultureInfo.InvariantCulture)),
                ("sort_by", "number"), ("order_by", "asc"),
            ], cancellationToken).ConfigureAwait(false);
            if (reply.Code is YeastarFaults.NoInterface or YeastarFaults.ParameterError)
                throw api.FaultOf(reply, what);
            var rows = YeastarResync.ReadRows(reply.Body, array);
            read += rows.Count;
            yield return [.. rows.Select(r => Read(fields, r)).OfType<DirectoryName>()];

            // Only the total tells the end: a page was seen with 8 of 28 rows.
            fields.Read(reply.Body);
            if (rows.Count == 0 || read >= (fields.Number(Total) ?? 0))
                yield break;
        }
    }

    private static DirectoryName? Read(JsonFields fields, ReadOnlyMemory<byte> row)
    {
        try
        {
            return fields.Read(row) ? DirectoryName.From(fields.Text(Number), NameIn(fields)) : null;
        }
        catch (Exception e) when (PlatformSession.IsUnreadable(e))
        {
            return null;
        }
    }

    /// <summary>Firmware differs in what an extension's name is called.</summary>
    private static string NameIn(JsonFields row) =>
        row.Text(CallerIdName) is { Length: > 0 } shown ? shown
        : row.Text(Name) is { Length: > 0 } name ? name
        : $"{row.Text(FirstName)} {row.Text(LastName)}";
}
