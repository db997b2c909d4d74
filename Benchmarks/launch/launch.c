// Runs a command and prints what it cost.
//
//     launch COMMAND...
//
// A process inherits the peak of the memory of the one that started it: so this must be a small one, not Python.

#include <spawn.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>

extern char **environ;

int main(int count, char **arguments)
{
    pid_t child;
    int status;
    struct rusage usage;
    if (count < 2 || posix_spawnp(&child, arguments[1], NULL, NULL, arguments + 1, environ) ||
        wait4(child, &status, 0, &usage) != child)
        return 2;
    if (status != 0)
        return 1;
    double seconds = usage.ru_utime.tv_sec + usage.ru_stime.tv_sec;
    double microseconds = usage.ru_utime.tv_usec + usage.ru_stime.tv_usec;
    printf("{\"cpu_us\":%.0f,\"peak_kib\":%ld}\n", seconds * 1e6 + microseconds, usage.ru_maxrss);
}
