using System.Text;

namespace PbxEvents.Providers.Connection.Keeping;

/// <summary>
/// A text file, written to line by line, that never takes more than its room: once it is full it gets the number 1 behind its name, what had
/// numbers moves up, and the last one goes. Only its owner may read it. One thread at a time.
/// </summary>
internal sealed class RotatingFile : IDisposable
{
    private static readonly UTF8Encoding Encoding = new(encoderShouldEmitUTF8Identifier: false);

    private readonly string _path;
    private readonly long _maxBytes;
    private readonly int _maxFiles;
    private FileStream _file;
    private long _limit;

    /// <summary>Opens it; one that is there is continued.</summary>
    /// <param name="path">The file.</param>
    /// <param name="maxBytes">How long it gets at most.</param>
    /// <param name="maxFiles">How many there are at most, those with numbers included.</param>
    /// <exception cref="IOException">It cannot be written to.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be written to.</exception>
    public RotatingFile(string path, long maxBytes, int maxFiles)
    {
        (_path, _maxBytes, _maxFiles, _limit) = (path, maxBytes, maxFiles, maxBytes);
        _file = OwnerFile.Continue(path);
    }

    /// <summary>Writes a line.</summary>
    /// <exception cref="IOException">The disk does not take it.</exception>
    public void WriteLine(string line)
    {
        var bytes = Encoding.GetBytes(line + Environment.NewLine);
        if (_file.Length > 0 && _file.Length + bytes.Length > _limit)
            Rotate();
        _file.Write(bytes);
    }

    /// <summary>Hands what was written to the system.</summary>
    public void Flush() => _file.Flush();

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();

    private void Rotate()
    {
        _file.Dispose();
        try
        {
            for (var number = _maxFiles - 1; number > 0; number--)
            {
                if (File.Exists(Name(number - 1)))
                    File.Move(Name(number - 1), Name(number), overwrite: true);
            }
            _limit = _maxBytes;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Somebody holds one of them. What is told now matters more than the room: it is tried again after as much more.
            _limit += _maxBytes;
        }
        _file = OwnerFile.Continue(_path);
    }

    private string Name(int number) => number == 0 ? _path : $"{_path}.{number}";
}
