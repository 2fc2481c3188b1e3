using System.Reflection;

namespace PbxEvents.Module.Web;

/// <summary>What pages are made of, as it was built into this assembly. Any thread.</summary>
internal static class WebFile
{
    /// <summary>The text of a file of this folder, with the line ends that a browser sees: a policy has its hash.</summary>
    /// <param name="name">The file's name.</param>
    public static string Read(string name)
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream($"PbxEvents.Module.Web.{name}")
            ?? throw new FileNotFoundException($"There is no '{name}' in this assembly.");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd().ReplaceLineEndings("\n");
    }
}
