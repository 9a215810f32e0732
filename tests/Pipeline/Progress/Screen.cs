using System.Globalization;

namespace Tests.Pipeline.Progress;

/// <summary>A minimal terminal, which understands the control sequences of the live view.</summary>
internal sealed class Screen
{
    private readonly List<List<char>> _rows = [[]];
    private int _row;
    private int _column;

    public bool CursorIsVisible { get; private set; } = true;

    /// <summary>Rows without trailing spaces, down to the cursor or to the last row with text.</summary>
    public string Text
    {
        get
        {
            var rows = _rows.Select(row => new string([.. row]).TrimEnd()).ToList();
            return string.Join('\n', rows.Take(Math.Max(_row, rows.FindLastIndex(row => row.Length > 0)) + 1));
        }
    }

    /// <summary>Returns the screen after this output.</summary>
    public static Screen Show(string written)
    {
        var screen = new Screen();
        for (var i = 0; i < written.Length; i++)
        {
            if (written[i] == '\u001b')
            {
                var end = written.IndexOfAny([.. "AKJmhl"], i);
                screen.Control(written[(i + 2)..end], written[end]);
                i = end;
            }
            else
            {
                screen.Put(written[i]);
            }
        }

        return screen;
    }

    private void Put(char character)
    {
        if (character == '\r')
        {
            _column = 0;
        }
        else if (character == '\n')
        {
            (_row, _column) = (_row + 1, 0);
            if (_row == _rows.Count)
            {
                _rows.Add([]);
            }
        }
        else
        {
            var row = _rows[_row];
            row.AddRange(Enumerable.Repeat(' ', Math.Max(0, _column + 1 - row.Count)));
            row[_column++] = character;
        }
    }

    private void Control(string parameter, char command)
    {
        switch (command, parameter)
        {
            case ('A', _):
                _row -= int.Parse(parameter, CultureInfo.InvariantCulture);
                break;
            case ('K', "2"):
                _rows[_row].Clear();
                break;
            case ('J', ""):
                _rows[_row].RemoveRange(Math.Min(_column, _rows[_row].Count), Math.Max(0, _rows[_row].Count - _column));
                _rows.RemoveRange(_row + 1, _rows.Count - _row - 1);
                break;
            case ('h' or 'l', "?25"):
                CursorIsVisible = command == 'h';
                break;
            case ('m', _):
                break;
            default:
                throw new NotSupportedException($"ESC [ {parameter} {command}");
        }
    }
}
