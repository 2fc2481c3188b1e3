using System.Security.Cryptography;
using System.Text;
using PbxEvents.Tests.Unit.Support;

namespace PbxEvents.Tests.Unit.Build;

/// <summary>The help that ships is compiled from the pages, by a module that few machines have: this sees everywhere that it is stale.</summary>
public sealed class CompiledHelpTests
{
    [Fact(DisplayName = "the compiled help is of the pages as they are")]
    public void CompiledHelpIsFresh()
    {
        var pages = Directory.GetFiles(Path.Combine(Checkout.Root, "docs", "en-US"), "*-*.md").OrderBy(Path.GetFileName, StringComparer.Ordinal);
        var text = string.Concat(pages.Select(p => $"{Path.GetFileName(p)}\n{File.ReadAllText(p)}")).Replace("\r", "", StringComparison.Ordinal);
        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

        var help = File.ReadAllText(Path.Combine(Checkout.Root, "module", "en-US", "PbxEvents.Module.dll-Help.xml"));

        Assert.True(
            help.Contains($"<!-- Compiled from docs/en-US, SHA-256 {hash} -->", StringComparison.Ordinal),
            "A page in docs/en-US is not what module/en-US was compiled from. Run ./build.sh docs, which needs the PowerShell module PlatyPS.");
    }
}
