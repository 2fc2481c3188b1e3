using System.Runtime.CompilerServices;
using PbxEvents.Providers.Contracts;
using PbxEvents.Providers.Platforms.Kit;

namespace PbxEvents.Providers.Platforms.PortSip;

/// <summary>The tenant's users and queues by name (history/directory.md, PortSIP).</summary>
/// <param name="api">The REST interface.</param>
internal sealed class PortSipNames(PortSipRecordApi api) : DirectoryReader
{
    /// <summary>Of 100 rows each: more than any tenant has.</summary>
    private const int MaxPages = 1000;

    private static readonly FieldNames Names = new();
    private static readonly Field Number = Names.Add("extension_number"), Name = Names.Add("name"), Shown = Names.Add("display_name");

    /// <inheritdoc/>
    public override IReadOnlyList<DirectoryList> Lists { get; } =
    [
        new(DirectoryKind.Extension, "the names of extensions", c => ReadAsync(api, "the names of extensions", "/users", c)),
        new(DirectoryKind.Queue, "the names of queues", c => ReadAsync(api, "the names of queues", "/call_queues", c)),
    ];

    private static async IAsyncEnumerable<IReadOnlyList<DirectoryName>> ReadAsync(
        PortSipRecordApi api, string what, string path, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var fields = new JsonFields(Names, new Utf8Pool());
        var isThere = false;
        await foreach (var page in api.PagesAsync(what, path, MaxPages, cancellationToken).ConfigureAwait(false))
        {
            isThere = true;
            yield return [.. page.Rows.Select(r => Read(fields, r)).OfType<DirectoryName>()];
        }
        if (!isThere)
            throw PortSipFaults.NoSuchList(api.Server, what);
    }

    /// <summary><c>name</c> of a user is the login, which stands in where nothing else is shown.</summary>
    private static DirectoryName? Read(JsonFields fields, ReadOnlyMemory<byte> row)
    {
        try
        {
            return fields.Read(row) ? DirectoryName.From(fields.Text(Number), fields.Text(Shown) is { Length: > 0 } shown ? shown : fields.Text(Name)) : null;
        }
        catch (Exception e) when (PlatformSession.IsUnreadable(e))
        {
            return null;
        }
    }
}
