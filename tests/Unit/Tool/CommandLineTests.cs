using PbxEvents.Tool.CommandLine;

namespace PbxEvents.Tests.Unit.Tool;

/// <summary>What the tool takes from its command line, and what it refuses.</summary>
public sealed class CommandLineTests
{
    private static readonly Command Greet = new(
        "greet", "Greets.", [new("--name", "TEXT", "whom"), new("--times", "N", "how often"), new("--loud", null, "loudly")], (_, _) => Task.FromResult(0));

    [Theory(DisplayName = "takes an option's value after a blank or an equals sign")]
    [InlineData("--name", "Ann=Bo", "--loud")]
    [InlineData("--loud", "--name=Ann=Bo")]
    public void TakesValues(params string[] arguments)
    {
        var options = ParsedOptions.Parse(Greet, arguments);

        Assert.Equal("Ann=Bo", options.Required("--name"));
        Assert.True(options.Has("--loud"));
        Assert.Null(options.Number("--times", 1, 9));
    }

    [Fact(DisplayName = "cuts lists at commas and leaves out what is empty")]
    public void CutsLists() => Assert.Equal(["a", "b"], ParsedOptions.Parse(Greet, ["--name", "a, b,,"]).List("--name"));

    [Theory(DisplayName = "refuses what the command does not take, and says what")]
    [InlineData("--nope", "--nope")]
    [InlineData("word", "word")]
    [InlineData("--name", "--name", "TEXT")]
    [InlineData("--loud=yes", "--loud")]
    [InlineData("--loud --loud", "--loud", "twice")]
    public void RefusesOthers(string arguments, params string[] named)
    {
        var error = Assert.Throws<UsageException>(() => ParsedOptions.Parse(Greet, arguments.Split(' ')));

        Assert.All(named, word => Assert.Contains(word, error.Message, StringComparison.Ordinal));
        Assert.Equal("greet ", error.HelpFor);
    }

    [Theory(DisplayName = "refuses numbers out of range")]
    [InlineData("0")]
    [InlineData("10")]
    [InlineData("-1")]
    [InlineData("two")]
    [InlineData("")]
    public void RefusesNumbers(string number)
    {
        var options = ParsedOptions.Parse(Greet, ["--times", number]);

        Assert.Contains("from 1 to 9", Assert.Throws<UsageException>(() => options.Number("--times", 1, 9)).Message, StringComparison.Ordinal);
    }

    [Fact(DisplayName = "refuses an option that is missing")]
    public void RefusesMissing() => Assert.Throws<UsageException>(() => ParsedOptions.Parse(Greet, []).Required("--name"));

    [Theory(DisplayName = "refuses a command line without a command it knows")]
    [InlineData]
    [InlineData("gret")]
    public async Task RefusesUnknownCommands(params string[] arguments) =>
        await Assert.ThrowsAsync<UsageException>(() => Command.RunAsync([Greet], arguments, CancellationToken.None));
}
