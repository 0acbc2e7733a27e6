#include "checkpoint_options.h"

#include <hekla/error.h>

#include <CLI/CLI.hpp>
#include <iostream>

#include "number_checks.h"
#include "output.h"

namespace hekla::command {
namespace {

std::string quoted(const std::string& word) {
    constexpr const char* plain = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-+=./,:@%";
    if (!word.empty() && word.find_first_not_of(plain) == std::string::npos) return word;
    std::string text = "'";
    for (const char c : word) text += c == '\'' ? std::string("'\\''") : std::string(1, c);
    return text + "'";
}

}  // namespace

void add_checkpoint_options(CLI::App& sub, CheckpointArguments& a) {
    sub.add_option("--checkpoint", a.folder, "Save all that is needed to go on in this folder, every few minutes and after each epoch")
        ->type_name("FOLDER");
    sub.add_option("--checkpoint-minutes", a.minutes, "Minutes between two checkpoints inside an epoch; 0: after every submit (5)")
        ->check(not_negative_number());
    sub.add_option("--keep", a.keep, "Keep the newest N checkpoints (3)")->check(positive_integer())->type_name("N");
    a.resume_option = sub.add_option("--resume", a.resume,
                                     "Go on from the newest checkpoint in this folder, or in --checkpoint's: the result has the same\n"
                                     "bits as that of a run that never stopped")
                          ->type_name("FOLDER")->expected(0, 1);
}

TrainingCheckpoints open_checkpoints(const CheckpointArguments& a) {
    const bool resumes = a.resume_option && a.resume_option->count() > 0;
    if (resumes && a.resume.empty() && a.folder.empty())
        throw Error(ErrorCode::invalid_argument, "[--resume] from which folder? Give it, or --checkpoint");
    if (!resumes && a.folder.empty()) return {};
    TrainingCheckpoints result;
    result.minutes = a.minutes;
    if (resumes) {
        const io::CheckpointFolder from(a.resume.empty() ? a.folder : a.resume);
        // With --checkpoint a run that was killed before its first checkpoint begins again.
        if (a.resume.empty()) io::CheckpointFolder(a.folder).open();
        result.resume = from.newest([](const std::string& text) { std::cerr << "note: " + printable(text) + "\n"; });
        if (result.resume)
            std::cerr << "going on after step " << result.resume->step() << ", epoch " << result.resume->epochs.size() + 1 << "\n";
        else
            std::cerr << "note: no checkpoint in " << quoted(from.path()) << " yet: training begins at its beginning\n";
    }
    result.folder.emplace(a.folder.empty() ? a.resume : a.folder, a.keep);
    result.folder->open();
    if (!resumes && !result.folder->empty())
        throw Error(ErrorCode::invalid_argument, "[--checkpoint] '" + a.folder + "' holds the checkpoints of another run: go on with --resume, or give another folder");
    return result;
}

void use_checkpoints(TrainingCheckpoints& checkpoints, const Network& network, FitOptions& fit) {
    if (!checkpoints.folder) return;
    fit.checkpoint.minutes = checkpoints.minutes;
    fit.checkpoint.resume = checkpoints.resume;
    fit.checkpoint.settings["network"] = network.architecture_json();
    fit.checkpoint.save = [folder = &*checkpoints.folder, tell = fit.on_log](const Checkpoint& checkpoint) {
        try {
            folder->save(checkpoint);
        } catch (const Error& error) {
            tell(std::string("checkpoint not saved, training goes on: ") + error.what());
        }
    };
}

std::string shell_command(const std::vector<std::string>& words, bool resume) {
    std::string text;
    bool folder_given = false, checkpoint_given = false;
    for (std::size_t i = 0; i < words.size(); ++i) {
        const bool value_follows = i + 1 < words.size() && !words[i + 1].starts_with("-");
        checkpoint_given = checkpoint_given || words[i] == "--checkpoint" || words[i].starts_with("--checkpoint=");
        if (words[i] == "--resume" && !value_follows) continue;
        if (words[i] == "--resume" || words[i].starts_with("--resume=")) {
            const std::string folder = words[i] == "--resume" ? words[++i] : words[i].substr(9);
            if (resume) text += " --resume " + quoted(folder);
            folder_given = true;
            continue;
        }
        text += (text.empty() ? "" : " ") + quoted(words[i]);
    }
    return resume && checkpoint_given && !folder_given ? text + " --resume" : text;
}

}  // namespace hekla::command
