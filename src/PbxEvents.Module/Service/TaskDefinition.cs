using System.Text;
using System.Xml;
using System.Xml.Linq;

namespace PbxEvents.Module.Service;

/// <summary>
/// The XML of a Windows scheduled task that starts with the machine. Pure. The task scheduler knows no pauses that grow, and takes any exit code
/// for success: the launcher starts the listener again by itself.
/// </summary>
internal static class TaskDefinition
{
    private const string About = "PbxEvents listener ";

    private static readonly XNamespace Schema = "http://schemas.microsoft.com/windows/2004/02/mit/task";

    private static readonly string[] BuiltIn = ["SYSTEM", "LOCAL SERVICE", "NETWORK SERVICE"];

    /// <summary>Writes it.</summary>
    public static string Write(ServicePlan plan) => new XDocument(
        new XElement(Schema + "Task", new XAttribute("version", "1.2"),
            new XElement(Schema + "RegistrationInfo",
                new XElement(Schema + "Description", About + plan.Name),
                new XElement(Schema + "Documentation", plan.FilePath)),
            new XElement(Schema + "Triggers", new XElement(Schema + "BootTrigger", new XElement(Schema + "Enabled", true))),
            new XElement(Schema + "Principals",
                new XElement(Schema + "Principal", new XAttribute("id", "Author"),
                    new XElement(Schema + "UserId", plan.User),
                    new XElement(Schema + "LogonType", LogonOf(plan.User)),
                    new XElement(Schema + "RunLevel", "LeastPrivilege"))),
            new XElement(Schema + "Settings",
                new XElement(Schema + "MultipleInstancesPolicy", "IgnoreNew"),
                new XElement(Schema + "DisallowStartIfOnBatteries", false),
                new XElement(Schema + "StopIfGoingOnBatteries", false),
                new XElement(Schema + "ExecutionTimeLimit", "PT0S"),
                new XElement(Schema + "RestartOnFailure", new XElement(Schema + "Interval", "PT1M"), new XElement(Schema + "Count", 999))),
            new XElement(Schema + "Actions", new XAttribute("Context", "Author"),
                new XElement(Schema + "Exec",
                    new XElement(Schema + "Command", plan.Words[0]),
                    new XElement(Schema + "Arguments", string.Join(' ', plan.Words.Skip(1).Select(Quote).Append("-Supervise"))))))).ToString();

    /// <summary>Reads what Get-PbxService shows of one; null when it is no task of this module.</summary>
    public static (string FilePath, string User)? Read(string text)
    {
        XDocument task;
        try
        {
            task = XDocument.Parse(text);
        }
        catch (XmlException)
        {
            return null;
        }
        return ValueOf("Description")?.StartsWith(About, StringComparison.Ordinal) == true ? (ValueOf("Documentation") ?? "", ValueOf("UserId") ?? "") : null;

        string? ValueOf(string name) => task.Descendants(Schema + name).FirstOrDefault()?.Value;
    }

    /// <summary>A group managed service account ends with $ and gets its password from the domain; a built-in one has none; others run without one.</summary>
    private static string LogonOf(string user) =>
        BuiltIn.Any(b => user.EndsWith(b, StringComparison.OrdinalIgnoreCase)) ? "ServiceAccount" : user.EndsWith('$') ? "Password" : "S4U";

    /// <summary>The rules by which a Windows program takes its command line apart: quotes, and the backslashes before them, are escaped.</summary>
    private static string Quote(string word)
    {
        var text = new StringBuilder("\"");
        var slashes = 0;
        foreach (var c in word)
        {
            if (c == '"')
                text.Append('\\', slashes + 1);
            slashes = c == '\\' ? slashes + 1 : 0;
            text.Append(c);
        }
        return text.Append('\\', slashes).Append('"').ToString();
    }
}
