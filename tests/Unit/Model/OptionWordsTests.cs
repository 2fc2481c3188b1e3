using PbxEvents.Tests.Unit.Support;

namespace PbxEvents.Tests.Unit.Model;

/// <summary>The layers below the programs name options in no program's words.</summary>
public sealed class OptionWordsTests
{
    [Fact]
    public void A_fault_says_an_option_in_the_words_of_the_program()
    {
        var fault = new PbxException(PbxErrorKind.InvalidOption, "No ‹Server›.", "Give ‹Server› or ‹Domain›.") { Target = "‹Server›" };
        Assert.Equal(("No -Server.", "Give -Server or -Domain.", "-Server"), (fault.Message, fault.Advice, fault.Target));
    }

    [Fact]
    public void No_text_of_the_provider_layer_has_a_parameter_in_it()
    {
        var parameters = typeof(Providers.Contracts.PbxConnectOptions).GetProperties().Select(p => p.Name)
            .Concat(["Credential", "ClientCredential", "Customer", "Topic", "Extension", "Queue", "Tenant"]).ToHashSet();
        var wrong = Directory.EnumerateFiles(Path.Combine(Checkout.Root, "src", "PbxEvents.Providers"), "*.cs", SearchOption.AllDirectories)
            .SelectMany(f => File.ReadLines(f).Where(l => !l.TrimStart().StartsWith("//", StringComparison.Ordinal)).Select(l => (File: f, Line: l)))
            .Where(l => System.Text.RegularExpressions.Regex.Matches(l.Line, @"(?<![\w-])-([A-Z]\w+)\b").Any(m => parameters.Contains(m.Groups[1].Value)))
            .Select(l => $"{Path.GetFileName(l.File)}: {l.Line.Trim()}");
        Assert.Equal([], wrong);
    }
}
