using PbxEvents.Providers.Contracts;
using PbxEvents.Providers.Platforms.TelecomX;
using PbxEvents.Tests.Unit.Support;

namespace PbxEvents.Tests.Unit.TelecomX;

/// <summary>Names of employees and extensions (history/directory.md, TelecomX).</summary>
public sealed class TelecomXNamesTests
{
    private const string Employees = "/pbx/app/employees", Extensions = "/pbx/extension";

    [Fact]
    public async Task Employees_that_say_which_extensions_are_theirs_give_all_names()
    {
        var (names, asked) = await ReadAsync(p => p == Employees ? """[{"_id":"e1","name":"Ann","extensions":[{"_id":"x1","number":"101"}]},{"_id":"e2","name":"Bob"}]""" : "[]");
        Assert.Equal([("e1", "Ann", null), ("x1", "Ann", "101"), ("e2", "Bob", null)], names);
        Assert.DoesNotContain(Extensions, asked);
    }

    [Fact]
    public async Task Where_they_do_not_the_list_of_extensions_says_whose_each_is()
    {
        var (names, asked) = await ReadAsync(p => p == Employees
            ? """[{"_id":"e1","name":"Ann","extensions":"2"}]"""
            : """[{"_id":"x1","number":"101","employee":"e1"},{"_id":"x2","number":"102","employee":"gone","name":"Lobby"}]""");
        Assert.Equal([("e1", "Ann", null), ("x1", "Ann", "101"), ("x2", "Lobby", "102")], names);

        // This server gives the first page again and again.
        Assert.Equal([Employees, Extensions, Extensions], asked);
    }

    private static async Task<(IReadOnlyList<(string, string, string?)> Names, IReadOnlyList<string> Asked)> ReadAsync(Func<string, string> answer)
    {
        var http = new FakeHttp(c => FakeHttp.Json(200, answer(c.Uri.AbsolutePath)));
        var options = new PbxConnectOptions { Provider = "TelecomX", Server = "http://127.0.0.1:99", Domain = "C1", AccessToken = new Secret("T1") };
        var names = new List<DirectoryName>();
        await foreach (var page in new TelecomXDriver(new DriverContext(options, http, _ => { })).Directory.Lists[0].ReadAsync(CancellationToken.None))
            names.AddRange(page);
        return ([.. names.Select(n => (n.Key, n.Name, n.Number))], [.. http.Calls.Select(c => c.Uri.AbsolutePath)]);
    }
}
