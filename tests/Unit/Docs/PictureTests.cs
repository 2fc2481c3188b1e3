using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using PbxEvents.Tests.Unit.Support;

namespace PbxEvents.Tests.Unit.Docs;

/// <summary>The pictures in docs/images show what there is.</summary>
public sealed class PictureTests
{
    private static readonly string Folder = Path.Combine(Checkout.Root, "docs", "images");

    [Fact(DisplayName = "every picture is as new as what it shows (pwsh build/Tasks/Picture.ps1, PagePicture.ps1)")]
    public void Fresh()
    {
        using var known = JsonDocument.Parse(File.ReadAllText(Path.Combine(Folder, "made-from.json")));
        var pictures = Directory.EnumerateFiles(Folder).Select(f => Path.GetFileName(f)!).Where(f => f != "made-from.json").Order(StringComparer.Ordinal);
        Assert.Equal(pictures, known.RootElement.EnumerateObject().Select(p => p.Name).Order(StringComparer.Ordinal));

        // As build/Tasks/PictureSource.ps1 writes it.
        var stale = known.RootElement.EnumerateObject().Where(p =>
        {
            var sources = p.Value.GetProperty("sources").EnumerateArray().Select(s => s.GetString()!).ToArray();
            var text = string.Concat(sources.Select(s => $"{s}\n{File.ReadAllText(Path.Combine(Checkout.Root, s))}"));
            return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.Replace("\r", "", StringComparison.Ordinal)))) != p.Value.GetProperty("sha256").GetString();
        });
        Assert.Empty(stale.Select(p => p.Name));
    }
}
