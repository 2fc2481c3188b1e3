using System.Globalization;

namespace PbxEvents.Journal.Sqlite;

/// <summary>Brings a journal to the present form: forward only, step by step, all of it or nothing.</summary>
internal static class Upgrades
{
    /// <summary>The statements of each step; the first makes a journal of an empty file.</summary>
    public static IReadOnlyList<string> All { get; } = [Read(1), Read(2)];

    /// <summary>Takes the steps that are left.</summary>
    /// <param name="database">The journal.</param>
    /// <param name="form">The form that it has.</param>
    /// <param name="steps">All steps.</param>
    public static void Run(Database database, long form, IReadOnlyList<string> steps)
    {
        if (form == steps.Count)
            return;
        database.InTransaction(() =>
        {
            foreach (var step in steps.Skip((int)form))
                database.Execute(step);
            database.Execute(string.Create(CultureInfo.InvariantCulture,
                $"pragma application_id={SqliteFile.ApplicationId}; pragma user_version={steps.Count};"));
        });
    }

    private static string Read(int step)
    {
        using var stream = typeof(Upgrades).Assembly.GetManifestResourceStream(step.ToString(CultureInfo.InvariantCulture) + ".sql")!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
