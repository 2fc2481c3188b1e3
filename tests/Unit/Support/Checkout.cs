namespace PbxEvents.Tests.Unit.Support;

/// <summary>The files that the tests are built from.</summary>
internal static class Checkout
{
    /// <summary>The folder of the solution. Builds are deterministic, so the sources' paths are not known at run time; it is found from here.</summary>
    public static string Root { get; } = FindRoot();

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "PbxEvents.sln")))
                return folder.FullName;
        }
        throw new InvalidOperationException("The tests do not run inside the checkout.");
    }
}
