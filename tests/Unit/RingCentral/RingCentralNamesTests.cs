using PbxEvents.Providers.Contracts;

namespace PbxEvents.Tests.Unit.RingCentral;

/// <summary>Names from the company's directory (history/directory.md, RingCentral).</summary>
public sealed class RingCentralNamesTests
{
    [Fact]
    public async Task An_entry_is_known_by_its_id_with_its_number_beside_and_a_person_by_both_names()
    {
        var bench = new CallLogBench
        {
            Instead = c => c.Uri.AbsolutePath.EndsWith("/directory/entries", StringComparison.Ordinal)
                ? new HttpAnswer(200, """
                    {"records":[{"id":"77","extensionNumber":"101","firstName":"Ann","lastName":"Smith"},
                    {"id":78,"extensionNumber":"102","name":"Front desk","firstName":"No"},{"id":"79","extensionNumber":"103"}]}
                    """u8.ToArray())
                : null,
        };
        var names = new List<DirectoryName>();
        await foreach (var page in bench.Names.Lists[0].ReadAsync(CancellationToken.None))
            names.AddRange(page);
        Assert.Equal([("77", "Ann Smith", "101"), ("78", "Front desk", "102")], names.Select(n => (n.Key, n.Name, n.Number)));
    }
}
